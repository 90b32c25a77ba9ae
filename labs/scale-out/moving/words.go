package moving

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// otherError is that the old set's words of a lane are those of another move. Nothing was written.
type otherError struct{ error }

// move is one lane's.
type move struct {
	*sets
	lane lane.Lane
	from int // the old set
	dest lanemap.Place
}

func (m *move) soon() lanemap.Move { return lanemap.Move{To: m.dest, Soon: true} }

// begin has the old set say "soon". Before, nobody may hear the lane at the new set: whoever does has been there for an earlier time.
func (m *move) begin(ctx context.Context) error {
	if err := m.awaitNobody(ctx, m.lane, m.dest.Set); err != nil {
		return m.stays(err)
	}
	return m.say(ctx, m.from, func(moves map[lane.Lane]lanemap.Move) error {
		if is := moves[m.lane]; is.To.Move >= m.dest.Move && is != m.soon() {
			return m.other(is)
		}
		moves[m.lane] = m.soon()
		return nil
	})
}

// end has the old set say "moved". Another call for the same move may have done so.
func (m *move) end(ctx context.Context) error {
	moved := lanemap.Move{To: m.dest}
	err := m.say(ctx, m.from, func(moves map[lane.Lane]lanemap.Move) error {
		if is := moves[m.lane]; is != m.soon() && is != moved {
			return m.other(is)
		}
		moves[m.lane] = moved
		return nil
	})
	if err != nil && !errors.As(err, new(otherError)) {
		return fmt.Errorf("whether lane %d has moved is not known: %w; call again", m.lane, err)
	}
	return err
}

// takeBack has the old set say that the lane stays.
func (m *move) takeBack(ctx context.Context, why error) error {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := m.say(ctx, m.from, func(moves map[lane.Lane]lanemap.Move) error {
		if is := moves[m.lane]; is != m.soon() {
			return m.other(is)
		}
		delete(moves, m.lane)
		return nil
	})
	switch {
	case errors.As(err, new(otherError)):
		return err
	case err != nil:
		return fmt.Errorf("%w; the nodes go on to hear it at both: %w", m.stays(why), err)
	}
	return m.stays(why)
}

func (m *move) stays(why error) error {
	return fmt.Errorf("lane %d stays at %s: %w", m.lane, m.m.Sets[m.from].Name, why)
}

// other is the error where the old set says something of the lane that is not this move's.
func (m *move) other(is lanemap.Move) error {
	says := "stays"
	switch {
	case is.Soon:
		says = "is about to go to " + m.m.Sets[is.To.Set].Name
	case is.To.Move >= m.dest.Move:
		says = "has gone to " + m.m.Sets[is.To.Set].Name
	}
	return otherError{fmt.Errorf(
		"move lane %d to %s: somebody else moves it, too: %s says that it %s; wait until that move has ended, or end it with the same command, and call again",
		m.lane, m.m.Sets[m.dest.Set].Name, m.m.Sets[m.from].Name, says)}
}
