package relay

import (
	"context"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/presence"
)

// Several relays can serve one hub, beside each other, each at servers of its own: labs/scale-out has one for each set of them.
// Options.Beside makes them one publisher to the others, and RunPart joins each to its part of the hub.

// Hub is what a relay needs of one: *chat.Hub, or the *chat.Part that is this relay's.
type Hub interface {
	Deliver(events []chat.Event)
	Occupied(room string) bool
	Audience(event *chat.Event, most int) []string

	Degrade(text string)
	Delay(text string, late time.Duration)
	Recover(missed *int64)
	Correct(missed int64)

	TakePresence(list bool, bytes int) (chat.PresenceUpdate, *presence.Part)
	ApplyPresence(node string, u chat.PresenceUpdate) (known int)
	ApplyPresencePart(node string, part presence.Part) (known int)
	PresenceOf(node string) (known int)
	ForgetNode(node string)
}

var _, _ Hub = (*chat.Hub)(nil), (*chat.Part)(nil)

// Run joins the hub to the cluster until ctx ends, and returns nil then. A
// server that is not there is waited for; a *Mistake that shows before it has
// ever been reached ends Run with a sentence.
func (r *Relay) Run(ctx context.Context, hub *chat.Hub) error { return r.RunPart(ctx, hub) }
