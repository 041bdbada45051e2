//go:build tools

package tools

import (
	_ "github.com/k8up-io/k8up/v2/cmd/k8up"
	_ "github.com/restic/restic/cmd/restic"
)
