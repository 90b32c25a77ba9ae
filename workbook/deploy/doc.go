// Package deploy proves that the files of deploy/, which people copy, fit the node: its tests run what can be run
// here, and compare the rest with the program.
//
//   - files_test.go: the files, and the sections of those that systemd reads.
//   - variables_test.go: the node knows each variable, takes its value, and is given the time to end.
//   - systemd_test.go, docker_test.go: the service is one for systemd; the image's build line makes a static program.
//   - redis_test.go: the servers take their settings.
//   - compose_test.go: Compose's own library reads compose.yaml.
//   - machines_linux_test.go, cutoff_linux_test.go: its services as processes on
//     three machines, which are network namespaces. One is cut off, and the node counts what was lost.
//   - split_linux_test.go, person_linux_test.go: the master is cut off from its Sentinels with a node beside it; both sides go on, and each
//     counts what the other has said.
//   - kubernetes_test.go: names, ports, probes and times fit each other.
//   - grafana_test.go: the dashboard asks for metrics that a node has.
//
// The module is one of its own, as nothing else needs all of these files.
package deploy
