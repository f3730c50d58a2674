# node.sh: one node with containerd, kubelet, kube-proxy and a DNS server for the cluster's names.
# shellcheck shell=bash

NODE_DAEMONS=(containerd kubelet kube-proxy dns)

ctr_bed() { ctr --address "$CONTAINERD_SOCKET" --namespace k8s.io "$@"; }

# The bridge plug-in of CNI: each Pod has an address of its own; nothing is masqueraded, as nothing leads out.
write_cni_config() {
    mkdir -p "$BED_DIR/cni"
    cat >"$BED_DIR/cni/10-bed.conflist" <<EOF
{"cniVersion": "1.0.0", "name": "$BED_NETWORK", "plugins": [
  {"type": "bridge", "bridge": "$BRIDGE", "isGateway": true, "ipMasq": false, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$BED_DIR/cni-addresses",
            "ranges": [[{"subnet": "$POD_RANGE", "rangeStart": "${POD_RANGE%.*}.10", "gateway": "$NODE_ADDRESS"}]],
            "routes": [{"dst": "0.0.0.0/0"}]}}]}
EOF
}

# restrict_oom_score_adj: without CAP_SYS_RESOURCE nobody may lower it, and no Pod would start.
write_containerd_config() {
    cat >"$BED_DIR/containerd.toml" <<EOF
version = 2
root = "$BED_DIR/containerd/root"
state = "$BED_DIR/containerd/state"
oom_score = 0
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "$CONTAINERD_SOCKET"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$PAUSE_IMAGE"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$BED_DIR/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "/usr/sbin/runc"
        SystemdCgroup = false
EOF
}

# Images are never collected: one that is gone could not be pulled again. Nothing is evicted for lack of disk before
# the machine itself is in need.
write_kubelet_config() {
    : >"$BED_DIR/resolv.conf"
    cat >"$BED_DIR/kubelet.yaml" <<EOF
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: /$BED_NETWORK
failSwapOn: false
oomScoreAdj: 0
maxOpenFiles: $(ulimit -H -n | sed 's/unlimited/1000000/')
containerRuntimeEndpoint: unix://$CONTAINERD_SOCKET
address: $NODE_ADDRESS
readOnlyPort: 0
tlsCertFile: $PKI_DIR/kubelet-server.crt
tlsPrivateKeyFile: $PKI_DIR/kubelet-server.key
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: $PKI_DIR/ca.crt}
authorization: {mode: Webhook}
resolvConf: $BED_DIR/resolv.conf
clusterDNS: [$NODE_ADDRESS]
clusterDomain: cluster.local
podLogsDir: $BED_DIR/pod-logs
volumePluginDir: $BED_DIR/kubelet/volume-plugins
maxPods: 200
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard: {memory.available: 200Mi, nodefs.available: 1%, nodefs.inodesFree: 1%, imagefs.available: 1%}
EOF
}

write_proxy_config() {
    cat >"$BED_DIR/kube-proxy.yaml" <<EOF
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clientConnection: {kubeconfig: $BED_DIR/proxy.conf}
clusterCIDR: $POD_RANGE
detectLocalMode: ClusterCIDR
conntrack: {maxPerCore: 0}
EOF
}

# kubelet and containerd find their helpers here, not where the caller's PATH leads.
system_path=PATH=/usr/sbin:/usr/bin:/sbin:/bin

start_containerd() {
    local image
    write_cni_config
    write_containerd_config
    daemon containerd mounts env $system_path containerd --config "$BED_DIR/containerd.toml"
    await 20 containerd "containerd answers" ctr_bed version
    for image in "$CLUSTER_CACHE"/images/*.tar; do
        ctr_bed images import "$image" >/dev/null
    done
}

start_kubelet() {
    write_kubelet_config
    daemon kubelet mounts env $system_path "$(program kubelet)" --config="$BED_DIR/kubelet.yaml" \
        --kubeconfig="$BED_DIR/kubelet.conf" --root-dir="$BED_DIR/kubelet" --cert-dir="$BED_DIR/kubelet/pki" \
        --hostname-override="$BED_NODE" --node-ip="$NODE_ADDRESS" --v=2
    # A node that was Ready before is called so for another 40 s, whatever its kubelet does.
    await 30 kubelet "the kubelet answers" in_bed curl --silent --fail --max-time 2 http://127.0.0.1:10248/healthz
}

# Ready, and without the taint that the controller manager takes away a moment later.
node_ready() {
    [ "$(kubectl_bed get node "$BED_NODE" \
        -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status} {.spec.taints}')" = "True " ]
}

start_proxy() {
    write_proxy_config
    daemon kube-proxy network env $system_path "$(program kube-proxy)" --config="$BED_DIR/kube-proxy.yaml" \
        --hostname-override="$BED_NODE"
}

start_dns() {
    daemon dns network /usr/bin/python3 -u "$CLUSTER_DIR/dns.py" --listen "$NODE_ADDRESS" --pki "$PKI_DIR"
}

# Starts what does not run.
start_node() {
    local name
    alive containerd || start_containerd
    alive kubelet || start_kubelet
    alive kube-proxy || start_proxy
    alive dns || start_dns
    await 60 kubelet "the node is Ready" node_ready
    for name in "${NODE_DAEMONS[@]}"; do
        alive "$name" || fail_with_log "$name" "$name died at its start"
    done
}

node_is_up() {
    local name
    for name in "${NODE_DAEMONS[@]}"; do
        alive "$name" || return 1
    done
    node_ready 2>/dev/null
}
