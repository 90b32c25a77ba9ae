package relay

import (
	"cmp"
	"time"
)

const (
	textNotSent = "not sent: this node cannot reach the master at the moment; try again"
	textFull    = "not sent: too much waits for the master already; try again in a moment"
	textTooFew  = "the master has it, and too few replicas said in time that they have: it may be lost; look before you send it again"
	textUnknown = "not confirmed in time: the message may or may not reach the others; look before you send it again"
)

// fail tells all of a batch that it was not sent.
func (p *publisher) fail(batch []outgoing, err error) {
	for i := range batch {
		p.settle(&batch[i], err, textNotSent)
	}
}

// settle tells one sender what became of its message.
func (p *publisher) settle(m *outgoing, err error, text string) {
	switch {
	case m.own != nil:
		if m.done != nil {
			m.done(cmp.Or(p.refused, err)) // a probe that is taken where no message is proves nothing
		}
	case m.sent == nil: // a check
	case err != nil:
		p.failed(m, text)
	default:
		m.sent.Accepted()
		p.metrics.publish.Observe(time.Since(m.since).Seconds())
	}
}

// failed tells a sender that its message was not confirmed, unless it has its answer.
func (p *publisher) failed(m *outgoing, text string) {
	if m.sent.Failed(text) {
		p.trace(Failed, &m.envelope)
		p.metrics.failed.Inc()
	}
}
