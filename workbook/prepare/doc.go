// Package prepare gets everything that the workbook needs from the network, once, so that a room with bad wifi needs
// none: modules, compiled programs and tests. It can put the same on a USB stick.
//
// Read prepare.go (the steps), then stick.go. offline_linux_test.go proves the promise: it runs the workbook where there
// is no network at all.
package prepare
