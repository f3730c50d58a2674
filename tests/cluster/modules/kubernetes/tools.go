//go:build tools

// Names the programs that tests/cluster/build.sh builds, so that `go mod tidy` keeps what they need. Kubernetes cannot
// be built by its module path alone: its go.mod points at its staging folders, which the replace lines of ours mend.
package tools

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kube-proxy"
	_ "k8s.io/kubernetes/cmd/kube-scheduler"
	_ "k8s.io/kubernetes/cmd/kubectl"
	_ "k8s.io/kubernetes/cmd/kubelet"
)
