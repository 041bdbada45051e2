//go:build tools

package tools

import (
	_ "github.com/kubernetes-csi/external-provisioner/v6/cmd/csi-provisioner"
	_ "github.com/kubernetes-csi/external-snapshotter/v8/cmd/csi-snapshotter"
	_ "github.com/kubernetes-csi/external-snapshotter/v8/cmd/snapshot-controller"
	_ "github.com/rancher/local-path-provisioner"
	_ "github.com/versity/versitygw/cmd/versitygw"
	_ "go.k6.io/k6"
	_ "helm.sh/helm/v3/cmd/helm"
)
