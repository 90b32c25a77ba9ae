// Package status is the vocabulary for the state of a running system: its servers, its
// nodes and their clients, and the states that they can be in. The system finds them
// out, the live map and the table show them. It is data alone, and starts no goroutine.
package status
