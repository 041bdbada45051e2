//go:build tools

package tools

import (
	_ "github.com/rancher/local-path-provisioner"
	_ "github.com/versity/versitygw/cmd/versitygw"
	_ "go.k6.io/k6"
	_ "helm.sh/helm/v3/cmd/helm"
)
