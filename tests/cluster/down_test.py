"""What down.sh promises: a second bed comes and goes beside the first, and the machine is as it was before."""

import os
import subprocess
import unittest

from bed import HERE, Bed, BedCase, on_machine, run, setting

# Everything that a bed may touch, as text; not what others do on the machine meanwhile.
SNAPSHOT = r"""
echo "namespaces:"; ip netns list | grep -E '^(scanfleet|cni)-' | sort
echo "routes:"; ip route list type unreachable | sort
echo "mounts:"; cut -d' ' -f1-3 /proc/self/mounts | grep -E 'scanfleet|kubelet|containerd|cni' | sort
echo "cgroups:"; find /sys/fs/cgroup -type d -name 'scanfleet-*' | sort
echo "kernel:"; sysctl -n vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops \
    kernel.keys.root_maxkeys kernel.keys.root_maxbytes
echo "folders:"; ls -d /var/lib/kubelet/* /run/containerd/* /var/lib/cni/* /var/log/containers/* \
    /usr/libexec/kubernetes/* 2>/dev/null
true
"""


def snapshot():
    return run(on_machine("sh", "-c", SNAPSHOT), 20)


class DownTest(BedCase):
    def setUp(self):
        super().setUp()
        # Beside the bed that is up: what both share must stay for the first.
        self.environment = {**os.environ, "SCANFLEET_BED": f"{setting('BED')}-2"}
        self.addCleanup(self.script, "down.sh")

    def script(self, name, *words):
        return run(on_machine(f"{HERE}/{name}", *words), 300, env=self.environment)

    def second_bed_with_a_pod(self):
        self.script("up.sh", "all")
        self.script("enter.sh", "kubectl", "run", "pod", "--image=bed.local/probe:1", "--image-pull-policy=Never", "--", "sleep")
        self.script("enter.sh", "kubectl", "wait", "--for=condition=Ready", "pod/pod", "--timeout=30s")

    def test_after_down_the_machine_is_as_before_and_the_other_bed_lives(self):
        before = snapshot()
        self.second_bed_with_a_pod()
        self.assertNotEqual(snapshot(), before)
        self.script("down.sh")
        self.assertEqual(snapshot(), before)
        self.script("down.sh")
        self.assertTrue(Bed.shared().is_up("all"))

    def test_down_removes_a_bed_whose_programs_were_killed(self):
        before = snapshot()
        self.second_bed_with_a_pod()
        folder = run(["bash", "-c", f". {HERE}/lib/settings.sh; echo $BED_DIR/pid"], 5, env=self.environment).strip()
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                os.kill(int(file.read()), 9)
        status = subprocess.run(on_machine(f"{HERE}/status.sh"), env=self.environment, capture_output=True, check=False)
        self.assertEqual(status.returncode, 3)
        self.script("down.sh")
        self.assertEqual(snapshot(), before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
