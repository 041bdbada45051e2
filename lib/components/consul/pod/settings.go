package main

import (
	"fmt"
	"os"
	"strconv"
)

// podSettings are what Consul must know of a pod.
type podSettings struct {
	// server and xds are the addresses of the Consul server: a URL, and a host with a port.
	server, xds string
	// name and address are those of the pod.
	name, address, namespace string
	// service is the service's name in Consul, which has no namespaces: `<app>-<namespace>`.
	service string
	// kubeService is the Kubernetes Service of the pod. Its address leads callers in the mesh to the service.
	kubeService string
	// port is the port of the application.
	port int
	// probePath is the path that kubelet asks. The proxy lets it through without mutual TLS.
	probePath string
	// gatewayPort is set for an ingress gateway, which has no application beside it.
	gatewayPort int
}

func serverAddress() string {
	return os.Getenv("CONSUL_HTTP")
}

func readSettings() (podSettings, error) {
	pod := podSettings{
		server:      serverAddress(),
		xds:         os.Getenv("CONSUL_XDS"),
		name:        os.Getenv("POD_NAME"),
		address:     os.Getenv("POD_IP"),
		namespace:   os.Getenv("NAMESPACE"),
		service:     os.Getenv("SERVICE"),
		kubeService: os.Getenv("KUBE_SERVICE"),
		probePath:   os.Getenv("PROBE_PATH"),
	}
	for name, value := range map[string]string{
		"CONSUL_HTTP": pod.server, "CONSUL_XDS": pod.xds, "POD_NAME": pod.name, "POD_IP": pod.address,
		"NAMESPACE": pod.namespace, "SERVICE": pod.service,
	} {
		if value == "" {
			return pod, fmt.Errorf("environment variable %s is missing", name)
		}
	}
	name, port := "PORT", &pod.port
	if os.Getenv("GATEWAY_PORT") != "" {
		name, port = "GATEWAY_PORT", &pod.gatewayPort
	}
	number, err := strconv.Atoi(os.Getenv(name))
	if err != nil || number < 1 || number > 65535 {
		return pod, fmt.Errorf("environment variable %s is %q, not a port", name, os.Getenv(name))
	}
	*port = number
	return pod, nil
}

// proxyID is the name of the pod's proxy in the catalog. A gateway is its own proxy.
func (pod podSettings) proxyID() string {
	if pod.gatewayPort != 0 {
		return pod.service
	}
	return pod.service + "-sidecar-proxy"
}

// listensOn is the port on which the pod's Envoy accepts connections of the mesh.
func (pod podSettings) listensOn() int {
	if pod.gatewayPort != 0 {
		return pod.gatewayPort
	}
	return inboundPort
}
