// Package transcript executes the sessions that the texts show, and compares.
//
// A session is what a reader does: some terminals, in which commands are typed and run on
// while others are typed elsewhere. Its blocks are claimed by
//
//	<!-- run: SESSION TERMINAL… OPTION… -->
//
// Lines that begin with "$ " are commands; what follows is their output. A block without a command
// shows what the terminal's program has printed since. Read it in this order:
//
//   - claim.go: what stands in a claim, and in the steps between blocks
//   - script.go: a session's blocks and steps, in the order of the text
//   - told.go: what the checker does, and the text does not tell
//   - mask.go: the figures and names that are others each time
//   - match.go: the lines that a block shows, against those that came
//   - terminal_unix.go: a shell on a terminal of its own, its keys and its lines
//   - run.go, expect.go: a session from its first step to its end
//   - furnish.go: the folder and the variables that a session finds
//   - programs.go: what go run starts, built once
//   - isolate_linux.go: a network of its own for each session, so that all can use port 6379
//   - all.go: every session of every text, several at once
//
// A session's goroutine types, waits and compares. Each terminal has one more that reads; it ends with the shell, which
// ends with the session. Nothing waits for longer than Patience.
package transcript
