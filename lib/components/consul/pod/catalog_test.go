package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sort"
	"strings"
	"sync"
	"testing"
)

// standIn is a stand-in for Consul's catalog: it keeps what is registered.
type standIn struct {
	sync.Mutex
	registered []registration
}

func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Lock()
	defer s.Unlock()
	body, _ := io.ReadAll(r.Body)
	switch r.URL.Path {
	case "/v1/catalog/register":
		var entry registration
		if err := json.Unmarshal(body, &entry); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.drop(func(other registration) bool { return other.Node == entry.Node && other.Service.ID == entry.Service.ID })
		s.registered = append(s.registered, entry)
	case "/v1/catalog/deregister":
		var gone struct{ Node string }
		if err := json.Unmarshal(body, &gone); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.drop(func(other registration) bool { return other.Node == gone.Node })
	case "/v1/catalog/service/shop-drill":
		found := []instance{}
		for _, one := range s.registered {
			if one.Service.Service == "shop-drill" {
				found = append(found, instance{one.Node, one.Address, one.Service.TaggedAddresses})
			}
		}
		json.NewEncoder(w).Encode(found)
	default:
		http.Error(w, "no such path", http.StatusNotFound)
	}
}

func (s *standIn) drop(isGone func(registration) bool) {
	kept := s.registered[:0]
	for _, one := range s.registered {
		if !isGone(one) {
			kept = append(kept, one)
		}
	}
	s.registered = kept
}

func (s *standIn) names() []string {
	s.Lock()
	defer s.Unlock()
	names := []string{}
	for _, one := range s.registered {
		names = append(names, one.Node+"/"+one.Service.ID)
	}
	sort.Strings(names)
	return names
}

func start(t *testing.T, virtual string) (*standIn, *catalog) {
	t.Helper()
	kept := &standIn{}
	server := httptest.NewServer(kept)
	t.Cleanup(server.Close)
	client := newCatalog(server.URL)
	client.lookUp = func(_ context.Context, name string) string {
		if name == "shop.drill.svc.cluster.local" {
			return virtual
		}
		return ""
	}
	return kept, client
}

func podNamed(name, address string) podSettings {
	return podSettings{
		name: name, address: address, namespace: "drill", service: "shop-drill", kubeService: "shop", port: 8080, probePath: "/readyz",
	}
}

func TestAPodIsRegisteredWithItsProxyAndItsServicesAddress(t *testing.T) {
	kept, client := start(t, "10.96.0.7")
	if err := client.register(context.Background(), podNamed("shop-1", "10.244.0.5")); err != nil {
		t.Fatal(err)
	}
	if got, want := kept.names(), []string{"shop-1/shop-drill", "shop-1/shop-drill-sidecar-proxy"}; !reflect.DeepEqual(got, want) {
		t.Fatalf("registered %v, want %v", got, want)
	}
	sidecar := kept.registered[1].Service
	if sidecar.Kind != "connect-proxy" || sidecar.Port != 20000 || sidecar.Proxy.LocalServicePort != 8080 {
		t.Errorf("proxy registered as %+v", sidecar)
	}
	for _, one := range kept.registered {
		if one.Service.TaggedAddresses["virtual"] != (address{"10.96.0.7", 80}) {
			t.Errorf("%s has the addresses %v", one.Service.ID, one.Service.TaggedAddresses)
		}
	}
}

func TestAPodThatTheServerHasLostIsRegisteredAgain(t *testing.T) {
	kept, client := start(t, "")
	pod := podNamed("shop-1", "10.244.0.5")
	for range 2 {
		if err := client.keepOnce(context.Background(), pod); err != nil {
			t.Fatal(err)
		}
	}
	if len(kept.names()) != 2 {
		t.Fatalf("registered %v", kept.names())
	}
	kept.registered = nil
	if err := client.keepOnce(context.Background(), pod); err != nil {
		t.Fatal(err)
	}
	if len(kept.names()) != 2 {
		t.Fatalf("after a loss registered %v", kept.names())
	}
}

func TestAnotherPodOfTheServiceDoesNotStandForTheOwn(t *testing.T) {
	kept, client := start(t, "")
	for _, pod := range []podSettings{podNamed("shop-2", "10.244.0.6"), podNamed("shop-1", "10.244.0.5")} {
		if err := client.keepOnce(context.Background(), pod); err != nil {
			t.Fatal(err)
		}
	}
	if len(kept.names()) != 4 {
		t.Errorf("registered %v", kept.names())
	}
}

func TestANewAddressOfTheServiceIsRegistered(t *testing.T) {
	kept, client := start(t, "10.96.0.7")
	pod := podNamed("shop-1", "10.244.0.5")
	if err := client.keepOnce(context.Background(), pod); err != nil {
		t.Fatal(err)
	}
	client.lookUp = func(context.Context, string) string { return "10.96.0.8" }
	if err := client.keepOnce(context.Background(), pod); err != nil {
		t.Fatal(err)
	}
	if got := kept.registered[0].Service.TaggedAddresses["virtual"].Address; got != "10.96.0.8" {
		t.Errorf("the address is %q", got)
	}
}

func TestNothingIsRegisteredWhileTheServerFails(t *testing.T) {
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		// Read as an answer, this would say that the pod is not registered.
		http.Error(w, "[]", http.StatusInternalServerError)
	}))
	defer server.Close()
	if err := newCatalog(server.URL).keepOnce(context.Background(), podNamed("shop-1", "10.244.0.5")); err == nil {
		t.Error("no error")
	}
	if requests != 1 {
		t.Errorf("%d requests", requests)
	}
}

func TestPodsWhoseProxyDoesNotAnswerAreDropped(t *testing.T) {
	kept, client := start(t, "")
	ctx := context.Background()
	listener, err := net.Listen("tcp", "127.0.0.2:20000")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for name, address := range map[string]string{"shop-1": "127.0.0.3", "shop-2": "127.0.0.2", "shop-3": "127.0.0.4"} {
		if err := client.register(ctx, podNamed(name, address)); err != nil {
			t.Fatal(err)
		}
	}
	// The proxy of shop-1 does not run yet, and only shop-2 answers.
	if err := client.dropUnreachable(ctx, podNamed("shop-1", "127.0.0.3")); err != nil {
		t.Fatal(err)
	}
	want := []string{"shop-1/shop-drill", "shop-1/shop-drill-sidecar-proxy", "shop-2/shop-drill", "shop-2/shop-drill-sidecar-proxy"}
	if got := kept.names(); !reflect.DeepEqual(got, want) {
		t.Errorf("left are %v, want %v", got, want)
	}
}

func TestSettingsNameWhatIsMissingOrWrong(t *testing.T) {
	good := map[string]string{
		"CONSUL_HTTP": "http://consul:8500", "CONSUL_XDS": "consul:8502", "POD_NAME": "shop-1", "POD_IP": "10.244.0.5",
		"NAMESPACE": "drill", "SERVICE": "shop-drill", "PORT": "8080",
	}
	for name, change := range map[string]map[string]string{
		"":             {},
		"POD_IP":       {"POD_IP": ""},
		"PORT":         {"PORT": "http"},
		"GATEWAY_PORT": {"GATEWAY_PORT": "70000"},
	} {
		for key, value := range good {
			t.Setenv(key, value)
		}
		t.Setenv("GATEWAY_PORT", "")
		for key, value := range change {
			t.Setenv(key, value)
		}
		_, err := readSettings()
		if (err == nil) != (name == "") || err != nil && !strings.Contains(err.Error(), "variable "+name+" ") {
			t.Errorf("with %v the error is %v", change, err)
		}
	}
}
