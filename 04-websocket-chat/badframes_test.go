package chat

import (
	"encoding/json"
	"strings"
	"testing"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

func TestRefusedFrames(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	id := number64(7)
	for name, test := range map[string]struct {
		frame string
		code  frame.ErrorCode
		id    *int64
		text  string // part of the sentence
	}{
		"not JSON":               {`hello`, frame.CodeBadFrame, nil, "a frame is JSON"},
		"empty":                  {``, frame.CodeBadFrame, nil, "a frame is JSON"},
		"half":                   {`{"event":"message","id":7`, frame.CodeBadFrame, nil, "unexpected end"},
		"two":                    {`{"event":"a"}{"event":"b"}`, frame.CodeBadFrame, nil, "a frame is JSON"},
		"an array":               {`["message","hi"]`, frame.CodeBadFrame, nil, "this is a JSON array"},
		"a string":               {`"message"`, frame.CodeBadFrame, nil, "this is a JSON string"},
		"null":                   {`null`, frame.CodeBadFrame, nil, "needs an event"},
		"no event":               {`{"data":"hi","id":7}`, frame.CodeBadFrame, id, "needs an event"},
		"empty event":            {`{"event":"","id":7}`, frame.CodeBadFrame, id, "needs an event"},
		"event of a wrong type":  {`{"event":5,"id":7}`, frame.CodeBadFrame, id, "event must be a string, not number"},
		"id first":               {`{"id":7,"event":{}}`, frame.CodeBadFrame, id, "event must be a string, not object"},
		"room of a wrong type":   {`{"room":[],"id":7,"event":"message"}`, frame.CodeBadFrame, id, "room must be a string, not array"},
		"id of a wrong type":     {`{"event":"message","id":"7"}`, frame.CodeBadFrame, nil, "id must be an integer, not string"},
		"id with a fraction":     {`{"event":"message","id":7.5}`, frame.CodeBadFrame, nil, "id must be an integer, not number 7.5"},
		"id too large":           {`{"event":"message","id":9223372036854775808}`, frame.CodeBadFrame, nil, "id must be an integer"},
		"event of 65 bytes":      {`{"event":"` + strings.Repeat("x", 65) + `","id":7}`, frame.CodeBadFrame, id, "64 bytes, this one has 65"},
		"event of 66 bytes":      {`{"event":"` + strings.Repeat("本", 22) + `","id":7}`, frame.CodeBadFrame, id, "64 bytes, this one has 66"},
		"65 deep":                {`{"event":"message","data":` + chattest.Nested(65) + `,"id":7}`, frame.CodeBadFrame, id, "deeper than 64"},
		"65 deep, mixed":         {`{"event":"message","data":` + strings.Repeat(`[{"\"]":`, 33) + `1` + strings.Repeat("}]", 33) + `,"id":7}`, frame.CodeBadFrame, id, "deeper than 64"},
		"20,000 deep":            {`{"event":"message","data":` + chattest.Nested(20_000) + `,"id":7}`, frame.CodeBadFrame, nil, "max depth"},
		"open without end":       {`{"event":"message","id":7,"data":` + strings.Repeat("[", 65_000), frame.CodeBadFrame, nil, "a frame is JSON"},
		"60,000 digits for id":   {`{"event":"message","id":` + strings.Repeat("9", 60_000) + `}`, frame.CodeBadFrame, nil, "id must be an integer, not number 999"},
		"huge id":                {`{"event":"message","id":1e400}`, frame.CodeBadFrame, nil, "id must be an integer, not number 1e400"},
		"a byte order mark":      {"\ufeff" + `{"event":"message"}`, frame.CodeBadFrame, nil, "a frame is JSON"},
		"zero":                   {"\x00", frame.CodeBadFrame, nil, "a frame is JSON"},
		"zero in a string":       {"{\"event\":\"message\",\"data\":\"\x00\"}", frame.CodeBadFrame, nil, "a frame is JSON"},
		"zero after it":          {`{"event":"message"}` + "\x00", frame.CodeBadFrame, nil, "a frame is JSON"},
		"HTML":                   {`<script>alert(1)</script>`, frame.CodeBadFrame, nil, "a frame is JSON"},
		"from is a number":       {`{"event":"message","from":5,"id":7}`, frame.CodeBadFrame, id, "from must be a string, not number"},
		"at is an object":        {`{"event":"message","at":{},"id":7}`, frame.CodeBadFrame, id, "at must be a string, not object"},
		"binary":                 {`{"event":"binary","data":"x","id":7}`, frame.CodeReservedEvent, id, "choose a name without $"},
		"$welcome":               {`{"event":"$welcome","id":7}`, frame.CodeReservedEvent, id, "choose a name without $"},
		"$":                      {`{"event":"$","id":7}`, frame.CodeReservedEvent, id, "choose a name without $"},
		"$pong":                  {`{"event":"$pong","id":7}`, frame.CodeReservedEvent, id, "choose a name without $"},
		"$ack, escaped":          {`{"event":"\u0024ack","id":7}`, frame.CodeReservedEvent, id, "choose a name without $"},
		"$error in HTML":         {`{"event":"$<img src=x onerror=alert(1)>","id":7}`, frame.CodeReservedEvent, id, "choose a name without $"},
		"$Ping":                  {`{"event":"$Ping","id":7}`, frame.CodeReservedEvent, id, "choose a name without $"},
		"not in the room":        {`{"event":"message","data":1,"room":"rust","id":7}`, frame.CodeNotInRoom, id, `you are not in room "rust"`},
		"no such room":           {`{"event":"message","room":"` + strings.Repeat("x", 65) + `","id":7}`, frame.CodeNotInRoom, id, `you are not in room`},
		"another's own room":     {`{"event":"message","room":"` + bob.ID + `","id":7}`, frame.CodeNotInRoom, id, `you are not in room`},
		"leaving what is not":    {`{"event":"leave","data":"rust","id":7}`, frame.CodeNotInRoom, id, `you are not in room "rust"`},
		"join without a room":    {`{"event":"join","id":7}`, frame.CodeBadFrame, id, "join needs a room"},
		"join a number":          {`{"event":"join","data":1,"id":7}`, frame.CodeBadFrame, id, "join needs a room"},
		"join null":              {`{"event":"join","data":null,"id":7}`, frame.CodeBadFrame, id, "join needs a room"},
		"join an empty room":     {`{"event":"join","data":"","id":7}`, frame.CodeBadFrame, id, "join needs a room"},
		"join a long room":       {`{"event":"join","data":"` + strings.Repeat("x", 65) + `","id":7}`, frame.CodeBadFrame, id, "1 to 64 bytes"},
		"join 64 of four bytes":  {`{"event":"join","data":"` + strings.Repeat("🙂", 64) + `","id":7}`, frame.CodeBadFrame, id, "1 to 64 bytes"},
		"join what turns text":   {`{"event":"join","data":"a\u202eb","id":7}`, frame.CodeBadFrame, id, "printable"},
		"join a lone surrogate":  {`{"event":"join","data":"a\udfffb\u0000","id":7}`, frame.CodeBadFrame, id, "printable"},
		"room in HTML":           {`{"event":"message","room":"<b>\"go\"</b>","id":7}`, frame.CodeNotInRoom, id, `not in room "<b>\"go\"</b>"`},
		"room of zeros":          {`{"event":"message","room":"\u0000\u0000","id":7}`, frame.CodeNotInRoom, id, `not in room "\x00\x00"`},
		"join unprintable":       {`{"event":"join","data":"a\nb","id":7}`, frame.CodeBadFrame, id, "printable"},
		"join another's id":      {`{"event":"join","data":"` + bob.ID + `","id":7}`, frame.CodeBadFrame, id, "form of a connection's id"},
		"join one's own id":      {`{"event":"join","data":"` + alice.ID + `","id":7}`, frame.CodeBadFrame, id, "form of a connection's id"},
		"join any id":            {`{"event":"join","data":"abcdefghij-_ABCDEF12","id":7}`, frame.CodeBadFrame, id, "form of a connection's id"},
		"leave without a room":   {`{"event":"leave","id":7}`, frame.CodeBadFrame, id, "leave needs a room"},
		"of two events the last": {`{"event":"message","event":"$x","id":7}`, frame.CodeReservedEvent, id, `"$x"`},
		"of two ids the last":    {`{"event":"$x","id":5,"id":7}`, frame.CodeReservedEvent, id, `"$x"`},
	} {
		t.Run(name, func(t *testing.T) {
			alice.Says(test.frame)
			f := alice.Next()
			require.Equal(t, "$error", f.Event)
			var problem frame.Problem
			require.NoError(t, json.Unmarshal(f.Data, &problem))
			require.Equal(t, test.code, problem.Code, problem.Text)
			require.Contains(t, problem.Text, test.text)
			require.NotContains(t, problem.Text, "Go ")
			require.Less(t, len(problem.Text), 400, "a sentence")
			require.True(t, frame.ValidLabel(problem.Text), "that can be shown: %q", problem.Text)
			require.Equal(t, test.id, f.ID)
		})
	}
	alice.HearsNothing() // the connection is open
	bob.HearsNothing()   // and nothing of it reached anybody
}
