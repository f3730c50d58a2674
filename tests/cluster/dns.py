#!/usr/bin/env python3
"""A DNS server for the names of a cluster's Services: NAME.NAMESPACE.svc.cluster.local → its cluster address.

Each question is answered from the API server, so an answer is never old. There is nobody else to ask: every other
name does not exist. Not known: headless Services, Pods, SRV records, IPv6, TCP.
"""

import argparse
import http.client
import json
import socket
import ssl
import struct

ZONE = ["svc", "cluster", "local"]
TYPE_A = 1
CLASS_IN = 1
NO_ERROR, SERVER_FAILURE, NO_SUCH_NAME = 0, 2, 3
# Services of tests come and go: clients shall ask again soon.
TTL_SECONDS = 5


class Services:
    """Cluster addresses of Services, asked over one connection that is kept open."""

    def __init__(self, pki):
        context = ssl.create_default_context(cafile=f"{pki}/ca.crt")
        context.load_cert_chain(f"{pki}/admin.crt", f"{pki}/admin.key")
        self.connection = http.client.HTTPSConnection("127.0.0.1", 6443, context=context, timeout=2)

    def address_of(self, name, namespace):
        """None when there is no such Service, or it has no address of its own."""
        for attempt in (1, 2):
            try:
                self.connection.request("GET", f"/api/v1/namespaces/{namespace}/services/{name}")
                response = self.connection.getresponse()
                body = response.read()
                break
            except (OSError, http.client.HTTPException):
                # The API server may close an idle connection at any time; the second try is on a new one.
                self.connection.close()
                if attempt == 2:
                    raise
        if response.status == 404:
            return None
        if response.status != 200:
            raise OSError(f"the API server answered {response.status}")
        address = json.loads(body)["spec"].get("clusterIP", "None")
        return None if address in ("", "None") else address


def parse_question(packet):
    """(labels in lower case, type, class, the question's bytes), or None for what is no plain question."""
    count = struct.unpack("!H", packet[4:6])[0]
    if count != 1:
        return None
    labels, at = [], 12
    while packet[at]:
        length = packet[at]
        if length > 63:
            return None
        labels.append(packet[at + 1 : at + 1 + length].decode("ascii").lower())
        at += 1 + length
    kind, group = struct.unpack("!HH", packet[at + 1 : at + 5])
    return labels, kind, group, packet[12 : at + 5]


def look_up(services, labels, kind, group):
    """(result code, address or None)."""
    if len(labels) != 5 or labels[2:] != ZONE:
        return NO_SUCH_NAME, None
    if not all(label.replace("-", "").isalnum() for label in labels):
        return NO_SUCH_NAME, None
    try:
        address = services.address_of(labels[0], labels[1])
    except (OSError, http.client.HTTPException) as problem:
        print(f"{'.'.join(labels)}: {problem}")
        return SERVER_FAILURE, None
    if address is None:
        return NO_SUCH_NAME, None
    return NO_ERROR, address if (kind, group) == (TYPE_A, CLASS_IN) else None


def answer(services, packet):
    """The reply to a packet, or None when it deserves none."""
    if len(packet) < 17 or packet[2] & 0x80:
        return None
    try:
        question = parse_question(packet)
    except (IndexError, UnicodeDecodeError, struct.error):
        question = None
    if question is None:
        return None
    labels, kind, group, echoed = question
    code, address = look_up(services, labels, kind, group)
    # Response, authoritative, and recursion as it was asked for.
    flags = 0x8400 | (packet[2] & 1) << 8 | 0x80 | code
    head = packet[:2] + struct.pack("!HHHHH", flags, 1, 1 if address else 0, 0, 0)
    if not address:
        return head + echoed
    # 0xC00C: the name of the answer is the one at offset 12, in the question.
    record = struct.pack("!HHHLH", 0xC00C, TYPE_A, CLASS_IN, TTL_SECONDS, 4) + socket.inet_aton(address)
    return head + echoed + record


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--listen", required=True, metavar="ADDRESS")
    parser.add_argument("--pki", required=True, metavar="FOLDER")
    options = parser.parse_args()
    services = Services(options.pki)
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind((options.listen, 53))
    while True:
        # 512 bytes are all that DNS over UDP may carry without extensions, and a question is one packet.
        packet, asker = listener.recvfrom(512)
        reply = answer(services, packet)
        if reply:
            listener.sendto(reply, asker)


if __name__ == "__main__":
    main()
