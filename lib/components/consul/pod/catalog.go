package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// The ports that `consul connect redirect-traffic` expects.
	inboundPort  = 20000
	outboundPort = 15001
	// probePort is where the proxy answers kubelet. The pod's readiness probe is changed to it.
	probePort = 20300
)

type catalog struct {
	server string
	client *http.Client
	// lookUp finds the address of a Kubernetes Service; empty if it has none (yet).
	lookUp func(ctx context.Context, name string) string
}

func newCatalog(server string) *catalog {
	return &catalog{server, &http.Client{Timeout: 5 * time.Second}, lookUpHost}
}

func lookUpHost(ctx context.Context, name string) string {
	addresses, err := net.DefaultResolver.LookupHost(ctx, name)
	if err != nil || len(addresses) == 0 {
		return ""
	}
	return addresses[0]
}

type address struct {
	Address string
	Port    int
}

type exposedPath struct {
	Path          string
	LocalPathPort int
	ListenerPort  int
	Protocol      string
}

type proxy struct {
	DestinationServiceName string                   `json:",omitempty"`
	DestinationServiceID   string                   `json:",omitempty"`
	LocalServiceAddress    string                   `json:",omitempty"`
	LocalServicePort       int                      `json:",omitempty"`
	Mode                   string                   `json:",omitempty"`
	TransparentProxy       map[string]int           `json:",omitempty"`
	Expose                 map[string][]exposedPath `json:",omitempty"`
}

type service struct {
	Kind            string `json:",omitempty"`
	ID              string
	Service         string
	Address         string
	Port            int
	TaggedAddresses map[string]address `json:",omitempty"`
	Proxy           *proxy             `json:",omitempty"`
}

type check struct {
	CheckID, Name, Status, ServiceID string
}

type registration struct {
	Node, Address string
	NodeMeta      map[string]string
	Service       service
	Check         *check `json:",omitempty"`
}

// registrations are the entries of a pod in the catalog: its service and its proxy, or its gateway.
func registrations(pod podSettings, virtual string) []registration {
	node := registration{
		Node:     pod.name,
		Address:  pod.address,
		NodeMeta: map[string]string{"k8s-namespace": pod.namespace, "synthetic-node": "true"},
	}
	if pod.gatewayPort != 0 {
		node.Service = service{
			Kind: "ingress-gateway", ID: pod.service, Service: pod.service,
			Address: pod.address, Port: pod.gatewayPort, Proxy: &proxy{},
		}
		return []registration{node}
	}
	var tagged map[string]address
	if virtual != "" {
		tagged = map[string]address{"virtual": {virtual, 80}}
	}
	application, sidecar := node, node
	application.Service = service{
		ID: pod.service, Service: pod.service, Address: pod.address, Port: pod.port, TaggedAddresses: tagged,
	}
	application.Check = &check{"pod", "the pod was started", "passing", pod.service}
	sidecar.Service = service{
		Kind: "connect-proxy", ID: pod.proxyID(), Service: pod.proxyID(),
		Address: pod.address, Port: inboundPort, TaggedAddresses: tagged,
		Proxy: &proxy{
			DestinationServiceName: pod.service, DestinationServiceID: pod.service,
			LocalServiceAddress: "127.0.0.1", LocalServicePort: pod.port,
			Mode:             "transparent",
			TransparentProxy: map[string]int{"OutboundListenerPort": outboundPort},
			Expose:           map[string][]exposedPath{"Paths": {{pod.probePath, pod.port, probePort, "http"}}},
		},
	}
	return []registration{application, sidecar}
}

// virtualAddress is the address of the pod's Kubernetes Service.
func (c *catalog) virtualAddress(ctx context.Context, pod podSettings) string {
	if pod.kubeService == "" {
		return ""
	}
	return c.lookUp(ctx, pod.kubeService+"."+pod.namespace+".svc.cluster.local")
}

func (c *catalog) register(ctx context.Context, pod podSettings) error {
	for _, entry := range registrations(pod, c.virtualAddress(ctx, pod)) {
		if err := c.put(ctx, "/v1/catalog/register", entry); err != nil {
			return err
		}
	}
	fmt.Printf("registered %s of pod %s at %s\n", pod.service, pod.name, pod.address)
	return nil
}

func (c *catalog) deregister(ctx context.Context, node string) error {
	return c.put(ctx, "/v1/catalog/deregister", map[string]string{"Node": node})
}

// instance is a registered instance of a service.
type instance struct {
	Node                   string
	Address                string
	ServiceTaggedAddresses map[string]address
}

func (c *catalog) instances(ctx context.Context, name string) ([]instance, error) {
	answer, err := request(ctx, c.client, "GET", c.server+"/v1/catalog/service/"+name, "")
	if err != nil {
		return nil, err
	}
	var found []instance
	return found, json.Unmarshal(answer, &found)
}

// dropUnreachable removes instances of the same service whose proxy does not answer: nobody else removes a pod that was killed.
func (c *catalog) dropUnreachable(ctx context.Context, pod podSettings) error {
	found, err := c.instances(ctx, pod.service)
	if err != nil {
		return err
	}
	for _, other := range found {
		if other.Node == pod.name {
			continue
		}
		target := net.JoinHostPort(other.Address, strconv.Itoa(pod.listensOn()))
		connection, err := net.DialTimeout("tcp", target, time.Second)
		if err == nil {
			connection.Close()
			continue
		}
		if err := c.deregister(ctx, other.Node); err != nil {
			return err
		}
		fmt.Printf("dropped pod %s: %v\n", other.Node, err)
	}
	return nil
}

// keepOnce registers the pod if the server answers that it does not know it, or knows an older address of its Service.
func (c *catalog) keepOnce(ctx context.Context, pod podSettings) error {
	found, err := c.instances(ctx, pod.service)
	if err != nil {
		return err
	}
	virtual := c.virtualAddress(ctx, pod)
	for _, one := range found {
		if one.Node == pod.name && (virtual == "" || one.ServiceTaggedAddresses["virtual"].Address == virtual) {
			return nil
		}
	}
	return c.register(ctx, pod)
}

// waitForLeader returns when the server has a leader, or when the context ends.
func (c *catalog) waitForLeader(ctx context.Context) {
	for ctx.Err() == nil {
		answer, err := request(ctx, c.client, "GET", c.server+"/v1/status/leader", "")
		if err == nil && strings.Contains(string(answer), ":") {
			return
		}
		time.Sleep(300 * time.Millisecond)
	}
}

func (c *catalog) put(ctx context.Context, path string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = request(ctx, c.client, "PUT", c.server+path, string(text))
	return err
}

// request returns the body of an answer. An answer without success is an error.
func request(ctx context.Context, client *http.Client, method, url, body string) ([]byte, error) {
	question, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	response, err := client.Do(question)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s: %s: %s", method, url, response.Status, strings.TrimSpace(string(answer)))
	}
	return answer, nil
}
