// Command consul-pod makes a pod a member of Consul's mesh without an agent on its node. The pod is a node of its own in
// Consul's catalog, and its Envoy gets its configuration from the Consul server.
//
//	consul-pod init                     once, before the other containers: registers the pod and redirects its connections
//	consul-pod proxy                    runs Envoy, and registers the pod again if the server has lost it
//	consul-pod admin PATH               prints an answer of Envoy's admin interface
//	consul-pod api METHOD PATH [BODY]   prints an answer of the Consul server
//
// Settings are environment variables: see settings.go.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"time"
)

const (
	// proxyUser runs Envoy. Its packets are not redirected to Envoy again.
	proxyUser = "5995"
	admin     = "127.0.0.1:19000"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "consul-pod:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	switch {
	case len(arguments) == 1 && arguments[0] == "init":
		return initialise(ctx)
	case len(arguments) == 1 && arguments[0] == "proxy":
		return runProxy(ctx)
	case len(arguments) == 2 && arguments[0] == "admin":
		return printAnswer(ctx, "GET", "http://"+admin+arguments[1], "")
	case len(arguments) >= 3 && arguments[0] == "api":
		body := ""
		if len(arguments) > 3 {
			body = arguments[3]
		}
		return printAnswer(ctx, arguments[1], serverAddress()+arguments[2], body)
	}
	return fmt.Errorf("usage: consul-pod init | proxy | admin PATH | api METHOD PATH [BODY]")
}

func printAnswer(ctx context.Context, method, url, body string) error {
	client := &http.Client{Timeout: 10 * time.Second}
	answer, err := request(ctx, client, method, url, body)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(answer)
	return err
}

func initialise(ctx context.Context) error {
	pod, err := readSettings()
	if err != nil {
		return err
	}
	catalog := newCatalog(pod.server)
	catalog.waitForLeader(ctx)
	if err := catalog.register(ctx, pod); err != nil {
		return err
	}
	if err := catalog.dropUnreachable(ctx, pod); err != nil {
		return err
	}
	if pod.gatewayPort != 0 {
		return nil
	}
	// The container may run again in the same network, where Consul's command would fail: it only adds rules.
	if exec.CommandContext(ctx, "iptables", "-t", "nat", "-S", "CONSUL_PROXY_INBOUND").Run() == nil {
		return nil
	}
	redirect := exec.CommandContext(ctx, "consul", "connect", "redirect-traffic",
		"-http-addr", pod.server, "-node-name", pod.name, "-proxy-id", pod.proxyID(), "-proxy-uid", proxyUser)
	redirect.Stdout, redirect.Stderr = os.Stdout, os.Stderr
	return redirect.Run()
}
