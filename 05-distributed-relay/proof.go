package relay

import (
	"context"
	"fmt"
	"strings"
	"time"

	"example.com/redis-chat/05-distributed-relay/wire"
)

// publishProbe publishes one probe, behind whatever is queued, and waits for the
// master's answer.
func (r *Relay) publishProbe(ctx context.Context) error {
	result := make(chan error, 1)
	var count uint64 // of the publishing goroutine
	m := outgoing{since: time.Now(), size: 128}
	// region: probe
	m.own = func() (string, []byte) {
		count = r.probes.issue(time.Now())
		p := wire.Probe{
			Node: r.o.Node, Pub: r.pub, Seq: r.publisher.seq,
			Count: count, Every: r.o.ProbeInterval.Milliseconds(),
		}
		if n, ok := r.o.Carrier.(Numberer); ok {
			n.Fill(&p)
		}
		return wire.ProbeChannel, p.Encode()
	}
	// end: probe
	m.done = func(err error) {
		if err == nil && r.probes.show(count, time.Now(), !r.publisher.tooFew()) {
			r.health.tell(nil) // it came back before the answer
		}
		result <- err
	}
	if !r.publisher.outbox.put(m) {
		return fmt.Errorf("too much waits for the master at %s", r.o.pubAddr())
	}
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// confirmProbe reports whether a message is a probe of this node's own coming
// back, and takes note of it: each counts once. It runs on the reading goroutine.
// Whoever can publish can read this node's identity in any message of its, so a
// probe that bears it proves nothing, unless the node has published that one and
// has not seen it, or a later one, come back.
func (r *Relay) confirmProbe(channel, payload string) bool {
	if strings.TrimPrefix(channel, r.o.own) != wire.ProbeChannel || !strings.Contains(payload, r.pub) {
		return false
	}
	p, err := wire.DecodeProbe(payload)
	return err == nil && p.Pub == r.pub && p.Seq <= r.publisher.issued.Load() && r.probes.confirm(p.Count, time.Now())
}

// applyProbe takes in a probe. own says that it is one of this node's own, for the
// first time: see confirmProbe.
func (r *Relay) applyProbe(p *wire.Probe, own bool, now time.Time) error {
	issued, _ := r.probes.last()
	if p.Pub == r.pub && (p.Count > issued || p.Seq > r.publisher.issued.Load()) {
		return errForged
	}
	if p.Pub != r.pub {
		if err := r.notePeer(p, now); err != nil {
			return err
		}
	} else if !own {
		return nil // an old one of ours, late or repeated by somebody
	}
	if r.probeSequences(p, now) {
		r.oddLog.Do(func() {
			r.o.Log.Warn("numbers of a node's messages were wrong, perhaps forged; what came of it since is counted as repeated", "node", clip(p.Node), "last", p.Seq)
		})
	}
	if own {
		r.metrics.probed.Store(now.UnixMilli())
		r.flush()
		took := r.probes.deliver(p.Count, now)
		r.metrics.delay.Store(int64(took))
		if took > 0 { // or it was published so long ago that nobody knows when
			r.o.Carrier.Proven(now.Add(-took))
		}
		r.prove()
		r.forgetSilent(now)
	}
	return nil
}

// probeSequences compares what a publisher has sent with what has come.
func (r *Relay) probeSequences(p *wire.Probe, now time.Time) (corrected bool) {
	n, ok := r.o.Carrier.(Numberer)
	if !ok {
		return r.sequences.probe(p.Pub, p.Seq, now)
	}
	for series, last := range n.Series(p) {
		corrected = r.sequences.probe(series, last, now) || corrected
	}
	return corrected
}

// prove looks whether a probe has proven delivery since it was last called.
func (r *Relay) prove() {
	if count, took := r.probes.proven(); count > 0 {
		issued, _ := r.probes.last()
		r.health.time(took, r.probes.allowed())
		r.health.back(count, issued, r.sequences)
	}
}
