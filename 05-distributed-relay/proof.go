package relay

import (
	"context"
	"fmt"
	"strings"
	"time"

	"example.com/redis-chat/05-distributed-relay/wire"
)

// probe publishes one probe, behind whatever is queued, and waits for the
// master's answer.
func (r *Relay) probe(ctx context.Context) error {
	result := make(chan error, 1)
	m := outgoing{since: time.Now(), size: 128, done: func(err error) { result <- err }}
	m.own = func() (string, []byte) {
		return wire.ProbeChannel, wire.Probe{
			Node: r.o.Node, Pub: r.pub, Seq: r.publisher.seq,
			Count: r.probes.Add(1), Every: r.o.ProbeInterval.Milliseconds(),
		}.Encode()
	}
	if !r.publisher.outbox.put(m) {
		return fmt.Errorf("too much waits for the master at %s", r.o.PubAddr)
	}
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// isOwnProbe tells the node's own probe coming back. It runs on the reading
// goroutine. Whoever can publish can read our identity in any message of ours,
// so a probe with it proves nothing unless it is one that we have published, and
// none of before.
func (r *Relay) isOwnProbe(channel, payload string) bool {
	if !strings.HasSuffix(channel, wire.ProbeChannel) || !strings.Contains(payload, r.pub) {
		return false
	}
	p, err := wire.DecodeProbe(payload)
	if err != nil || p.Pub != r.pub || p.Count <= r.back || p.Count > r.probes.Load() || p.Seq > r.publisher.issued.Load() {
		return false
	}
	r.back = p.Count
	return true
}

// probed takes in a probe. own says that it is the one whose return proves
// delivery: see isOwnProbe.
func (r *Relay) probed(p *wire.Probe, own bool, now time.Time) error {
	if p.Pub == r.pub && (p.Count > r.probes.Load() || p.Seq > r.publisher.issued.Load()) {
		return errForged
	}
	if p.Pub != r.pub {
		if err := r.heard(p, now); err != nil {
			return err
		}
	} else if !own {
		return nil // an old one of ours, late or repeated by somebody
	}
	if r.sequences.probe(p.Pub, p.Seq, now) {
		r.oddLog.Do(func() {
			r.o.Log.Warn("numbers of a node's messages were wrong, perhaps forged; what came of it since is counted as repeated", "node", clip(p.Node), "last", p.Seq)
		})
	}
	if own {
		r.metrics.probed.Store(now.UnixMilli())
		r.flush()
		r.health.back(p.Count, r.probes.Load(), r.sequences)
		r.forgetSilent(now)
	}
	return nil
}
