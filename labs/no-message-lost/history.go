package streams

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	chat "example.com/redis-chat/04-websocket-chat"
	relay "example.com/redis-chat/05-distributed-relay"
)

const (
	partCount   = 500    // entries that are read at once for a client that catches up
	mostScanned = 20_000 // entries that are looked at for the last messages of a room
)

// CheckPlace implements chat.Keeper.
func (r *Relay) CheckPlace(s string) error {
	_, err := parsePlace(s)
	return err
}

// Since implements chat.Keeper: it reads at the node's own replica, and where that is another one meanwhile, there.
func (r *Relay) Since(ctx context.Context, after, last string) (kept chat.Kept, err error) {
	from, err := parsePlace(after)
	to := from
	if err == nil && last != "" {
		to, err = parsePlace(last)
	}
	if err != nil {
		return chat.Kept{}, err
	}
	for proven := false; ; {
		kept, moved, err := r.since(ctx, from, to, last == "", proven)
		switch {
		case errors.Is(err, errEmptied):
			r.carrier.delivered.doubt()
			proven = true
		case !moved:
			return kept, err
		}
	}
}

// errEmptied: what this node has delivered from a server is not there. It has begun anew, without its data, and the
// reader does not know that yet.
var errEmptied = errors.New("it does not have what it had")

// since is one try. moved says that it has failed at a server that the node has left meanwhile.
func (r *Relay) since(ctx context.Context, from, to place, all, proven bool) (kept chat.Kept, moved bool, err error) {
	// Not further than has been delivered here: what is read beyond it would come a second time.
	at, server, err := r.carrier.delivered.await(ctx, from)
	if server == nil {
		return chat.Kept{}, false, fmt.Errorf("wait until this node has come to %s: %w", from.id, err)
	}
	defer func() { moved = r.carrier.delivered.giveBack(server) && err != nil && ctx.Err() == nil }()
	if err != nil {
		return chat.Kept{End: at.String(), Gone: -1, More: true}, false, nil
	}
	if all {
		to = at
	}
	to, _, _ = r.carrier.delivered.onThis(to)
	from, heard, behind := r.carrier.delivered.onThis(from)
	if to.id.Compare(from.id) <= 0 {
		return chat.Kept{End: from.String(), Heard: heard, Lost: behind}, false, nil
	}
	kept, err = r.part(ctx, server, from, to, proven)
	kept.Heard, kept.Lost = heard, behind
	return kept, false, err
}

// part reads a part of what lies between two places. Proven says that a probe has shown by now that the server has all there is.
func (r *Relay) part(ctx context.Context, server *archive, from, to place, proven bool) (chat.Kept, error) {
	entries, gone, err := r.entries(ctx, server, &from, to.id, proven)
	if err != nil {
		return chat.Kept{}, fmt.Errorf("read what was missed at %s: %w", server.Options().Addr, err)
	}
	kept := chat.Kept{Gone: gone, More: len(entries) >= partCount}
	for i := range entries {
		id, err := ParseID(entries[i].ID)
		if err != nil {
			return chat.Kept{}, err
		}
		from = from.next(id)
		e, ok, err := r.kept(ctx, server, &entries[i], from)
		if err != nil {
			return chat.Kept{}, fmt.Errorf("look for what is repeated at %s: %w", server.Options().Addr, err)
		}
		if ok {
			kept.Events = append(kept.Events, e)
		}
	}
	kept.End = from.String()
	return kept, nil
}

// entries returns what is behind a place. It moves the place on over what is gone, and counts that. A place that was not
// trimmed and is not there was one of another stream.
func (r *Relay) entries(ctx context.Context, server *archive, from *place, to ID, proven bool) (entries []redis.XMessage, gone int64, err error) {
	start, end := from.id.String(), to.String()
	// The entry of the place itself is asked for, too: while it is there, none behind it is gone.
	entries, err = server.XRangeN(ctx, r.carrier.o.stream, start, end, partCount+1).Result()
	if err != nil {
		return nil, 0, err
	}
	if n := len(entries); n > 0 && entries[0].ID == start && (n > partCount || entries[n-1].ID == end) {
		return entries[1:], 0, nil
	}
	var info *redis.XInfoStreamCmd
	var ranged *redis.XMessageSliceCmd
	_, err = server.TxPipelined(ctx, func(tx redis.Pipeliner) error { // both at one moment
		info = tx.XInfoStream(ctx, r.carrier.o.stream)
		ranged = tx.XRangeN(ctx, r.carrier.o.stream, start, end, partCount+1)
		return nil
	})
	switch {
	case err != nil && !isNoKey(err):
		return nil, 0, err
	case !proven && !has(info, to):
		return nil, 0, errEmptied
	case err != nil && from.id == (ID{}):
		return nil, 0, nil
	case err != nil:
		return nil, -1, nil
	}
	if entries = ranged.Val(); len(entries) > 0 && entries[0].ID == start {
		return entries[1:], 0, nil
	}
	gone = goneSince(*from, info.Val())
	switch {
	case gone > 0:
		from.nr += gone
	case gone < 0:
		from.nr = 0
	}
	return entries[:min(len(entries), partCount)], gone, nil
}

// has reports whether a stream has all entries up to that one, or had them.
func has(info *redis.XInfoStreamCmd, to ID) bool {
	if info.Err() != nil {
		return false
	}
	last, err := ParseID(info.Val().LastGeneratedID)
	return err != nil || last.Compare(to) >= 0 // an error: this server does not tell
}

// goneSince is how many entries behind a place have been trimmed; below zero: nobody knows.
func goneSince(from place, info *redis.XInfoStream) int64 {
	numbered := info.EntriesAdded > 0 && (from.nr > 0 || from.id == ID{})
	if !numbered {
		return -1
	}
	trimmed := info.EntriesAdded - info.Length
	if trimmed < from.nr {
		return -1 // it should be there: it was lost with a master, and nobody knows what else
	}
	return trimmed - from.nr
}

// kept makes an event of an entry, if there is one in it that was ever delivered.
func (r *Relay) kept(ctx context.Context, server *archive, m *redis.XMessage, at place) (delivered chat.Event, ok bool, err error) {
	e := event(m, at)
	if l := r.carrier.keys.lostBefore(at.id); l != (chat.Lost{}) && e.Pattern == "" {
		e.Pattern = lostPattern(l)
	} else if repeat, err := r.repeats(ctx, server, m, at.id); repeat || err != nil {
		return chat.Event{}, false, err
	}
	envelope, problem := r.carrier.Envelope(&e)
	if problem != nil {
		return chat.Event{}, false, nil
	}
	delivered, problem = relay.ToEvent(&envelope)
	return delivered, problem == nil, nil
}

// repeats reports whether an entry repeats one before it. What this node does not remember is
// in the stream, and few entries say that they may repeat one.
func (r *Relay) repeats(ctx context.Context, server *archive, m *redis.XMessage, id ID) (bool, error) {
	key, again := keyOf(m)
	if !again {
		return false, nil
	}
	if repeat, sure := r.carrier.keys.repeat(key, id); sure {
		return repeat, nil
	}
	for first, last := id.ago(once), id.before(); ; {
		entries, err := server.XRangeN(ctx, r.carrier.o.stream, first.String(), last.String(), partCount).Result()
		if err != nil {
			return false, err
		}
		for i := range entries {
			if other, _ := keyOf(&entries[i]); other == key {
				return true, nil
			}
		}
		if len(entries) < partCount {
			return false, nil
		}
		if first, err = ParseID(entries[len(entries)-1].ID); err != nil {
			return false, err
		}
		first = first.next()
	}
}

// Before implements chat.Keeper. It reads backwards from where the node is.
func (r *Relay) Before(ctx context.Context, room string, messages int) (string, error) {
	at, server, err := r.carrier.delivered.await(ctx, place{})
	if err != nil {
		return "", fmt.Errorf("wait until this node has begun: %w", err)
	}
	defer r.carrier.delivered.giveBack(server)
	first := at.id
	for scanned := 0; messages > 0 && scanned < mostScanned; {
		entries, err := server.XRevRangeN(ctx, r.carrier.o.stream, first.String(), "-", partCount).Result()
		if err != nil {
			return "", fmt.Errorf("read the history of a room at %s: %w", server.Options().Addr, err)
		}
		for i := range entries {
			id, err := ParseID(entries[i].ID)
			if err != nil {
				return "", err
			}
			first = id.before()
			e, ok, err := r.kept(ctx, server, &entries[i], place{id: id})
			if err != nil {
				return "", fmt.Errorf("read the history of a room at %s: %w", server.Options().Addr, err)
			}
			if ok && inRoom(&e, room) {
				if messages--; messages == 0 {
					break
				}
			}
		}
		if scanned += len(entries); len(entries) < partCount {
			break
		}
	}
	return place{id: first}.String(), nil
}

func inRoom(e *chat.Event, room string) bool {
	return (len(e.Rooms) == 0 || slices.Contains(e.Rooms, room)) && !slices.Contains(e.Except, room)
}
