//go:build tools

// Names the program that tests/cluster/build.sh builds, so that `go mod tidy` keeps what it needs. etcd has a module
// of its own: in one go.mod with Kubernetes each would change the versions of the other's libraries.
package tools

import _ "go.etcd.io/etcd/server/v3"
