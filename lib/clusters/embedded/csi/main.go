// Command csi-driver is the network storage of the embedded cluster: the CSI plugin btrfs.meshdrill.dev.
//
// Every node of a lab mounts the same btrfs at the same path (--root). A volume is a subvolume of it. Any node can publish it with
// a bind mount, and nothing has to be attached. A snapshot is a read-only btrfs snapshot. It is created at once, shares its data
// with the volume, and shows the state of one moment. It contains all synced writes before that moment, and never a later synced
// write without an earlier one. Data that was only in the page cache may be missing, as after a power cut.
//
//	ROOT/volumes/ID, ROOT/snapshots/ID             data, as subvolumes
//	ROOT/volumes/ID.json, ROOT/snapshots/ID.json   metadata: see type object
//	ROOT/.lock                                     lock for changes (flock)
//
// The size of a volume limits the bytes that it refers to (a btrfs qgroup), including metadata and data shared with snapshots. A
// write beyond the limit fails with EDQUOT. An extent counts while any part of it is used, so leave free space if files are
// overwritten in place. The sum of all limits may exceed the file system.
//
//	csi-driver --endpoint unix:///csi/csi.sock --root DIR --node-id NAME
//	           [--register /registration/NAME-reg.sock --kubelet-endpoint PATH]
//
// The same program is the controller, next to the sidecars of kubernetes-csi, and the plugin of each node. On a node it registers
// with the kubelet: --register is the socket that the kubelet looks for, and --kubelet-endpoint is the path at which the kubelet
// finds --endpoint.
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

// Time for running calls to end. The caller repeats calls that are cut off.
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
	flags.StringVar(&o.root, "root", "/var/lib/meshdrill-volumes", "mount point of the btrfs with the volumes")
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
		return fmt.Errorf("--endpoint is %q, but must start with unix:///", o.endpoint)
	case (o.register == "") != (o.kubeletEndpoint == ""):
		return errors.New("--register and --kubelet-endpoint must be set together")
	}
	return serve(o)
}

// serve serves CSI until a signal stops it. Errors: the reason why it cannot continue.
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

// listen serves on a socket, and replaces the socket of an earlier driver.
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

// stop lets running calls end, for example the kubelet's refusal of the driver.
func stop(server *grpc.Server) {
	cut := time.AfterFunc(stopTimeout, server.Stop)
	server.GracefulStop()
	cut.Stop()
}

// answer runs a call, and adds a gRPC code to errors that have none.
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
