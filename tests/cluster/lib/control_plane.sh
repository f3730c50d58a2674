# control_plane.sh: etcd, kube-apiserver, kube-controller-manager, kube-scheduler.
# shellcheck shell=bash

CONTROL_PLANE=(etcd kube-apiserver kube-controller-manager kube-scheduler)

# A bed lives for minutes and its data is worth nothing: no fsync.
start_etcd() {
    daemon etcd network "$(program etcd)" --name "$BED" --data-dir "$BED_DIR/etcd" --unsafe-no-fsync --log-level warn \
        --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
        --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
        --initial-cluster "$BED=http://127.0.0.1:2380"
}

start_apiserver() {
    local flags=(
        --etcd-servers=http://127.0.0.1:2379
        --bind-address=0.0.0.0 --secure-port=6443 --advertise-address="$NODE_ADDRESS"
        --service-cluster-ip-range="$SERVICE_RANGE"
        --tls-cert-file="$PKI_DIR/apiserver.crt" --tls-private-key-file="$PKI_DIR/apiserver.key"
        --client-ca-file="$PKI_DIR/ca.crt"
        --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true
        --requestheader-client-ca-file="$PKI_DIR/front-proxy-ca.crt"
        --requestheader-allowed-names=front-proxy-client --requestheader-username-headers=X-Remote-User
        --requestheader-group-headers=X-Remote-Group --requestheader-extra-headers-prefix=X-Remote-Extra-
        --service-account-issuer=https://kubernetes.default.svc
        --service-account-key-file="$PKI_DIR/service-accounts.pub"
        --service-account-signing-key-file="$PKI_DIR/service-accounts.key"
        --kubelet-client-certificate="$PKI_DIR/apiserver-to-kubelet.crt"
        --kubelet-client-key="$PKI_DIR/apiserver-to-kubelet.key"
        --kubelet-certificate-authority="$PKI_DIR/ca.crt"
        # The node's name is in no DNS: without this, logs and exec fail.
        --kubelet-preferred-address-types=InternalIP
        --profiling=false
    )
    daemon kube-apiserver network "$(program kube-apiserver)" "${flags[@]}"
}

# The limits of requests are far above the defaults of 20 and 30: with those the start alone takes 8 s, and what tests
# would measure is the limit.
CONTROLLER_FLAGS=(--bind-address=127.0.0.1 --leader-elect=false --kube-api-qps=500 --kube-api-burst=1000 --profiling=false)

# Without credentials of their own the controllers may not delete what is in a namespace, and none ever goes away.
start_controller_manager() {
    local conf=$BED_DIR/controller-manager.conf
    daemon kube-controller-manager network "$(program kube-controller-manager)" "${CONTROLLER_FLAGS[@]}" \
        --kubeconfig="$conf" --authentication-kubeconfig="$conf" --authorization-kubeconfig="$conf" \
        --use-service-account-credentials=true --service-account-private-key-file="$PKI_DIR/service-accounts.key" \
        --root-ca-file="$PKI_DIR/ca.crt" --flex-volume-plugin-dir="$BED_DIR/volume-plugins" \
        --cluster-signing-cert-file="$PKI_DIR/ca.crt" --cluster-signing-key-file="$PKI_DIR/ca.key"
}

start_scheduler() {
    local conf=$BED_DIR/scheduler.conf
    daemon kube-scheduler network "$(program kube-scheduler)" "${CONTROLLER_FLAGS[@]}" \
        --kubeconfig="$conf" --authentication-kubeconfig="$conf" --authorization-kubeconfig="$conf"
}

apiserver_ready() {
    in_bed curl --silent --fail --max-time 2 --cacert "$PKI_DIR/ca.crt" https://127.0.0.1:6443/readyz
}

# Starts what does not run. Pods need the ServiceAccount that the controller manager makes in each namespace: once it is
# there, the control plane works.
start_control_plane() {
    alive etcd || start_etcd
    alive kube-apiserver || start_apiserver
    await 90 kube-apiserver "the API server is ready" apiserver_ready
    alive kube-controller-manager || start_controller_manager
    alive kube-scheduler || start_scheduler
    await 60 kube-controller-manager "the default ServiceAccount is there" \
        kubectl_bed -n default get serviceaccount default
    alive kube-scheduler || fail_with_log kube-scheduler "kube-scheduler died at its start"
}

control_plane_is_up() {
    local name
    for name in "${CONTROL_PLANE[@]}"; do
        alive "$name" || return 1
    done
    apiserver_ready >/dev/null 2>&1
}
