// Package interop holds the proof that Node.js belongs to the cluster: a test in
// which the npm packages of Socket.IO and our own nodes and emitter talk to each
// other through one master, each server at its own replica.
//
// The test needs node, npm and a real Redis. It installs what package-lock.json
// names into the user's cache folder, once:
//
//	WORKBOOK_REDIS=server go test ./06-emitter/interop
package interop
