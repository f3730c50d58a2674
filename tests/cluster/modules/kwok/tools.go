//go:build tools

// Names the program that tests/cluster/build.sh builds, so that `go mod tidy` keeps what it needs.
package tools

import _ "sigs.k8s.io/kwok/cmd/kwok"
