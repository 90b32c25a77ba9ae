package frame

// Events that have a meaning on the wire. Any other name is free: a client chooses
// it, and the clients that get it know what it means. A name that begins with "$"
// is the node's own: no client may send it, EventPing excepted.
const (
	EventMessage = "message" // what talk and the page send: Data is a string

	EventJoin   = "join"   // from a client: Data is the room
	EventLeave  = "leave"  // from a client: Data is the room
	EventPing   = "$ping"  // from a client
	EventToken  = "$token" // from a client, where one needs a token: Data is another, which takes the place of the last
	EventPong   = "$pong"  // the answer
	EventBinary = "binary" // what a binary frame is to its receivers

	EventWelcome   = "$welcome"   // the first frame; Data is a Welcome
	EventAck       = "$ack"       // the message of that id is accepted
	EventPlaced    = "$placed"    // the message of that id has its place in the order of all
	EventPlace     = "$place"     // the place of the binary frame that follows
	EventCaughtUp  = "$caught-up" // what was missed is told, from here on all is new: Data is CaughtUp
	EventError     = "$error"     // Data is a Problem
	EventPresence  = "$presence"  // Data is a Presence
	EventExpiring  = "$expiring"  // the client's token is about to expire: Data is an Expiring
	EventDegraded  = "$degraded"  // messages may be missed from here on: Data is {"text":…}; with "delay", milliseconds: they come, but late
	EventRecovered = "$recovered" // delivery is proven again: Data is {"missed":…}, empty when that is not known; once more with a larger number: the first was too small
)
