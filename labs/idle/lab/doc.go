// Package lab starts nodes as processes of their own, with one or the other way to wait for clients, and measures what an idle
// connection costs them. It works on Linux alone.
//
//   - cluster_linux.go: Redis servers, and nodes at them.
//   - compare_linux.go: both kinds of node, side by side.
//   - crowds_linux.go: a crowd for each node, in processes of their own.
//   - million_linux.go: as many connections as the machine holds.
//   - machine_linux.go: what the kernel says of memory and descriptors.
package lab
