package chattest

import "strings"

// Nested is JSON that nests so deeply.
func Nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

// CommonFrames are text frames as clients in practice send them.
var CommonFrames = []string{
	`{"event":"message","data":"hi"}`,
	`{"event":"message","data":"hi","id":7}`,
	` { "id" : -12 , "event" : "x" , "data" : [ 1 , {"a":"}]\"\\"} ] , "room" : "go" } `,
	"{\"event\":\"m本\",\"room\":\"ロビー\",\"data\":\t{ }\n}",
	`{"event":"$ping"}`,
	`{"event":"a","data":null}`,
	`{"event":"a","data":-0.5e+3}`,
	`{"event":"a","data":"\ud800\n","id":0}`,
	`{"event":"one","data":[1,2,3],"event":"two","data":4,"room":"x","room":"go","id":1,"id":2}`,
	`{"event":"a","data":` + Nested(64) + `}`,
	`{"event":"message","data":"hi","id":7,"key":"Zk3n0pq8Wd-1"}`,
	`{"again" : true, "event":"a","key":"","again":false,"key":"本"}`,
	`{"event":"a","key":"k","again":true}`,
	`{"event":"message","data":"` + strings.Repeat("x", 100) + `"}`,
}

// OddFrames are odd, or wrong: frame.Parse leaves them to encoding/json.
var OddFrames = []string{
	``, ` `, `null`, `"x"`, `[]`, `{}`, `{`, `{"`, `{"event`, `{"event"`, `{"event":`, `{"event":"a"`, `{"event":"a",`,
	`{"event":"a",}`, `{"event":"a"}}`, `{"event":"a"}{"event":"b"}`, `{"event":"a"} x`, `{,"event":"a"}`, `{"event":"a" "id":1}`,
	`{"Event":"a"}`, `{"\u0065vent":"a"}`, `{"event":"\u0061"}`, `{"event":"a","ROOM":"b"}`, "{\"event\":\"a\u0001\"}", "{\"event\":\"\xff\"}",
	`{"event":"a","eventſ":1}`, `{"event":"a","other":{"deep":[]}}`, `{"event":"a","from":"bob","at":"now"}`, `{"event":"a","from":5}`,
	`{"event":null}`, `{"event":"a","event":null}`, `{"event":"a","room":null}`, `{"event":"a","id":1,"id":null}`,
	`{"event":5}`, `{"event":["a"]}`, `{"event":""}`, `{"data":1}`, `{"event":"` + strings.Repeat("x", 65) + `"}`,
	`{"event":"a","key":7}`, `{"event":"a","key":null}`, `{"event":"a","key":"\u0061"}`, `{"event":"a","key":"` + strings.Repeat("x", 65) + `"}`,
	`{"event":"a","again":1}`, `{"event":"a","again":null}`, `{"event":"a","again":"true"}`, `{"event":"a","again":tru}`, `{"event":"a","again":truefalse}`, `{"event":"a","again":}`,
	`{"event":"a","id":"7"}`, `{"event":"a","id":7.0}`, `{"event":"a","id":1e2}`, `{"event":"a","id":007}`, `{"event":"a","id":-}`, `{"event":"a","id":}`,
	`{"event":"a","id":9223372036854775807}`, `{"event":"a","id":9223372036854775808}`, `{"event":"a","id":12a}`,
	`{"event":"a","data":}`, `{"event":"a","data":]}`, `{"event":"a","data":[}`, `{"event":"a","data":[}]}`, `{"event":"a","data":{]}}`,
	`{"event":"a","data":01}`, `{"event":"a","data":1 2}`, `{"event":"a","data":nul}`, `{"event":"a","data":"\x"}`, `{"event":"a","data":"\`, `{"event":"a","data":"\"`,
	`{"event":"a","data":{"a":1,}}`, `{"event":"a","data":[1,]}`, `{"event":"a","data":'x'}`, "{\"event\":\"a\",\"data\":\"\n\"}",
	`{"event":"a","data":` + Nested(65) + `}`, `{"event":"a","data":` + Nested(20_000) + `}`, "\ufeff" + `{"event":"a"}`,
}
