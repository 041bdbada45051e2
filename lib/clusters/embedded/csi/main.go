// Command csi-driver is the network storage of the embedded cluster: the CSI plugin btrfs.meshdrill.dev.
//
// Every node of a lab mounts the same btrfs at the same path (--root). A volume is a subvolume of it, so that any node can
// publish it with a bind mount, and nothing has to be attached. A snapshot is a read-only btrfs snapshot: made at once,
// shared until written to, and a cut in time. What a program had synced is in it, and of two synced writes never the second
// without the first; what was only in the page cache is there by chance, as after a power cut.
//
//	ROOT/volumes/ID, ROOT/snapshots/ID             the data: subvolumes
//	ROOT/volumes/ID.json, ROOT/snapshots/ID.json   what else is known of them: see type object
//	ROOT/.lock                                     held by who changes something (flock)
//
// The size of a volume is a limit on the bytes that it refers to, its metadata and what it shares with snapshots counted
// (a btrfs qgroup): a writer beyond it gets EDQUOT. An extent counts until none of it is used: leave room beside the data
// where files are written over in place. The sum of all limits may exceed the file system.
//
//	csi-driver --endpoint unix:///csi/csi.sock --root DIR --node-id NAME
//	           [--register /registration/NAME-reg.sock --kubelet-endpoint PATH]
//
// The same program is the controller, beside the sidecars of kubernetes-csi, and the plugin of each node; there it registers
// itself with the kubelet: --register is the socket that the kubelet looks for, --kubelet-endpoint the path at which the
// kubelet finds --endpoint.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// What is cut off then is asked for again.
const stopTimeout = 1500 * time.Millisecond

type options struct {
	endpoint, root, nodeID, register, kubeletEndpoint string
}

func main() {
	log.SetFlags(log.LstdFlags | log.Lmicroseconds | log.LUTC)
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "csi-driver:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	o := options{}
	flags := flag.NewFlagSet("csi-driver", flag.ContinueOnError)
	flags.StringVar(&o.endpoint, "endpoint", "unix:///csi/csi.sock", "socket to serve CSI on")
	flags.StringVar(&o.root, "root", "/var/lib/meshdrill-volumes", "where the btrfs of the volumes is mounted")
	flags.StringVar(&o.nodeID, "node-id", "", "name of the node")
	flags.StringVar(&o.register, "register", "", "socket to register with the kubelet on; none for the controller")
	flags.StringVar(&o.kubeletEndpoint, "kubelet-endpoint", "", "path at which the kubelet finds the endpoint")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.nodeID == "":
		return errors.New("--node-id is missing")
	case !strings.HasPrefix(o.endpoint, "unix:///"):
		return fmt.Errorf("--endpoint is %q, and has to start with unix:///", o.endpoint)
	case (o.register == "") != (o.kubeletEndpoint == ""):
		return errors.New("--register and --kubelet-endpoint go together")
	}
	return serve(o)
}

// serve returns when it is told to stop, or with the reason why it cannot go on.
func serve(o options) error {
	if err := prepareRoot(o.root); err != nil {
		return err
	}
	stopped, release := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer release()
	failed := make(chan error, 3)
	d := &driver{store: openStore(o.root, destroySubvolume), nodeID: o.nodeID}
	server := grpc.NewServer(grpc.UnaryInterceptor(answer))
	csi.RegisterIdentityServer(server, d)
	csi.RegisterControllerServer(server, d)
	csi.RegisterNodeServer(server, d)
	if err := listen(server, strings.TrimPrefix(o.endpoint, "unix://"), failed); err != nil {
		return err
	}
	defer stop(server)
	if o.register != "" {
		registration := newRegistration(o.kubeletEndpoint, failed)
		if err := listen(registration, o.register, failed); err != nil {
			return err
		}
		defer stop(registration)
	}
	log.Printf("serving the volumes of %s on %s", o.root, o.endpoint)
	select {
	case err := <-failed:
		return err
	case <-stopped.Done():
		return nil
	}
}

// listen serves on a socket, in place of one that a driver before has left behind.
func listen(server *grpc.Server, socket string, failed chan<- error) error {
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	go func() {
		if err := server.Serve(listener); err != nil {
			failed <- fmt.Errorf("serve %s: %w", socket, err)
		}
	}()
	return nil
}

// stop lets calls end that are being answered: the kubelet's refusal of the driver is one.
func stop(server *grpc.Server) {
	cut := time.AfterFunc(stopTimeout, server.Stop)
	server.GracefulStop()
	cut.Stop()
}

// answer runs a call and gives an error that has no gRPC code the one that fits.
func answer(ctx context.Context, request any, call *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	response, err := handle(ctx, request)
	if err == nil {
		return response, nil
	}
	code := status.Code(err)
	if code == codes.Unknown {
		code = codes.Internal
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
			code = codes.ResourceExhausted
		}
		err = status.Error(code, err.Error())
	}
	log.Printf("%s: %s", call.FullMethod, err)
	return nil, err
}
