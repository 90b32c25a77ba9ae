// Package relaytest is for tests of relays: Places that the test decides on. It has no goroutines.
package relaytest
