// Package launch starts one Redis server, inside this process or beside it, and
// ends it in every way that a server can end. Read it in this order:
//
//   - backend.go: where Redis comes from, embedded, a process of our own, or
//     servers that somebody else runs; read from one variable.
//   - server.go: what can be done to a server that this program started.
//   - embedded.go: one inside this process, on miniredis, with nothing to install;
//     expiry.go lets its keys expire with the clock, pattern.go refuses the patterns
//     that miniredis would hang on.
//   - process.go: a redis-server or valkey-server beside this process;
//     process_run.go runs it, waits for its PONG, and says what it said last when
//     none comes.
//   - child.go: a process that dies with this one, even after kill -9.
//   - freeze.go: a process that stands still, with its connections open.
//
// The rest is small: find.go finds the program, args.go has its settings, port.go
// finds a port that stays free while the server is down. The folder that a process
// works in is from package tempdir.
//
// # Goroutines
//
// An Embedded has one that accepts connections, from StartEmbedded or Restart on;
// it blocks in Accept, and Kill, Stop and Close end it and wait for it. miniredis
// runs two more for each connection. They end with it; a subscriber that does not
// read blocks its server's, until Kill closes the connections. One more runs while a
// server is stopped, and waits for all those; when a command does not end, the stop
// returns ErrHangs after EmbeddedOptions.StopTimeout, and that one stays behind.
//
// A Process has one that waits for the end of the server's process, from its start
// on. Kill and Stop wait for that; so do Restart and Close, which begin with them.
//
// On Linux one more, locked to its thread, starts all children. It begins with the
// first, blocks until the next, and stays until the program ends, because the
// children would end with its thread.
package launch
