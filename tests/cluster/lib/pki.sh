# pki.sh: the bed's keys, certificates and kubeconfig files. All are made anew at each `up` and live 30 days.
# shellcheck shell=bash

# make_key NAME: elliptic curve P-256, as RSA keys would take seconds.
make_key() { openssl ecparam -genkey -name prime256v1 -noout -out "$1.key"; }

make_authority() {
    make_key "$1"
    openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 30 -out "$1.crt" \
        -addext "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"
}

# make_certificate NAME SUBJECT serverAuth|clientAuth [ALTERNATIVE NAMES], signed by the authority `ca`.
make_certificate() {
    local name=$1 subject=$2 usage=$3 alternatives=${4:-}
    make_key "$name"
    {
        echo "basicConstraints=CA:FALSE"
        echo "keyUsage=critical,digitalSignature"
        echo "extendedKeyUsage=$usage"
        [ -z "$alternatives" ] || echo "subjectAltName=$alternatives"
    } >"$name.ext"
    openssl req -new -key "$name.key" -subj "$subject" |
        openssl x509 -req -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile "$name.ext" -out "$name.crt" 2>/dev/null
}

# make_kubeconfig NAME: for the client certificate of that name.
make_kubeconfig() {
    cat >"$BED_DIR/$1.conf" <<EOF
apiVersion: v1
kind: Config
clusters: [{name: $BED, cluster: {server: "https://127.0.0.1:6443", certificate-authority: $PKI_DIR/ca.crt}}]
users: [{name: $1, user: {client-certificate: $PKI_DIR/$1.crt, client-key: $PKI_DIR/$1.key}}]
contexts: [{name: $BED, context: {cluster: $BED, user: $1}}]
current-context: $BED
EOF
}

make_pki() (
    umask 077
    mkdir -p "$PKI_DIR"
    cd "$PKI_DIR"
    make_authority ca
    make_authority front-proxy-ca
    make_certificate apiserver "/CN=kube-apiserver" serverAuth \
        "IP:127.0.0.1,IP:$NODE_ADDRESS,IP:$API_SERVICE_ADDRESS,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
    make_certificate apiserver-to-kubelet "/O=system:masters/CN=apiserver-to-kubelet" clientAuth
    make_certificate kubelet-server "/O=system:nodes/CN=system:node:$BED_NODE" serverAuth "DNS:$BED_NODE,IP:$NODE_ADDRESS"
    make_certificate admin "/O=system:masters/CN=admin" clientAuth
    make_certificate controller-manager "/CN=system:kube-controller-manager" clientAuth
    make_certificate scheduler "/CN=system:kube-scheduler" clientAuth
    make_certificate proxy "/CN=system:kube-proxy" clientAuth
    make_certificate kubelet "/O=system:nodes/CN=system:node:$BED_NODE" clientAuth
    make_key service-accounts
    openssl ec -in service-accounts.key -pubout -out service-accounts.pub 2>/dev/null
    local name
    for name in admin controller-manager scheduler proxy kubelet; do
        make_kubeconfig "$name"
    done
)
