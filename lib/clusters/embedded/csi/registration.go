package main

import (
	"context"
	"fmt"
	"log"

	"google.golang.org/grpc"
	registerapi "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

// registration tells the kubelet the address of the driver. The kubelet finds its socket, and asks again after each restart.
type registration struct {
	registerapi.UnimplementedRegistrationServer
	endpoint string
	failed   chan<- error
}

func newRegistration(endpoint string, failed chan<- error) *grpc.Server {
	server := grpc.NewServer()
	registerapi.RegisterRegistrationServer(server, &registration{endpoint: endpoint, failed: failed})
	return server
}

func (r *registration) GetInfo(context.Context, *registerapi.InfoRequest) (*registerapi.PluginInfo, error) {
	return &registerapi.PluginInfo{
		Type:              registerapi.CSIPlugin,
		Name:              driverName,
		Endpoint:          r.endpoint,
		SupportedVersions: []string{"1.0.0"},
	}, nil
}

// NotifyRegistrationStatus ends a driver that the kubelet refused. After its restart it registers again.
func (r *registration) NotifyRegistrationStatus(
	_ context.Context, said *registerapi.RegistrationStatus,
) (*registerapi.RegistrationStatusResponse, error) {
	if said.PluginRegistered {
		log.Printf("registered with the kubelet, which will call %s", r.endpoint)
		return &registerapi.RegistrationStatusResponse{}, nil
	}
	select {
	case r.failed <- fmt.Errorf("the kubelet refused to register %q at %s: %s", driverName, r.endpoint, said.Error):
	default: // There is a reason to end already.
	}
	return &registerapi.RegistrationStatusResponse{}, nil
}
