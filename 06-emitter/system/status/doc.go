// Package status is the vocabulary in which a running system tells what is so: its
// servers, its nodes and their clients, and the states that they can be in. The system
// finds out, the live map and the table show it. It is data alone, and starts no
// goroutine.
package status
