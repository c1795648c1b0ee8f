package sqlserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"testing"

	mssql "github.com/microsoft/go-mssqldb"

	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// TestNumbers lists every number that has words.
func TestNumbers(t *testing.T) {
	want := map[problem.Code][]int32{
		CodeLoginRefused: {18456}, CodeLoginUntrusted: {18452, 18476}, CodeLoginDisabled: {18470}, CodeLoginLocked: {18486},
		CodeLoginExpired: {18487}, CodeLoginMustChange: {18488}, CodeLoginTrigger: {17892}, CodeLoginSSPI: {17806, 17807},
		CodeLoginProtocol: {17828, 17830, 17832, 17835, 17836}, CodeServerNotReady: {17142, 17187, 17147, 17148, 18401},
		CodeServerFull: {233, 17809, 17810}, CodeServerSingle: {18461, 18451, 18459}, CodeServerStopping: {6005, 6001, 596, 6006},
		CodeServerResources: {701, 802, 8645, 8651, 10928, 10929, 8628},
		CodeAzure:           {40615, 40532, 40613, 40197, 40501, 40914, 49918, 49919, 49920},
		CodeDatabaseMissing: {4060, 911}, CodeDatabaseDefault: {4064, 4062, 4063}, CodeDatabaseDenied: {916},
		CodeDatabaseState: {921, 922, 926, 927, 941, 942, 945, 952, 904, 905}, CodeDatabaseSingle: {924, 1807},
		CodeDatabaseReplica: {976, 978, 979, 982, 983, 988}, CodeDatabaseDamaged: {823, 824, 825, 9001, 3313, 3314},
		CodePermission:    {229, 230, 262, 297, 300, 371, 15247, 15151, 15517, 5011, 6102},
		CodeObjectMissing: {208, 207, 2812, 4902, 1088}, CodeLockTimeout: {1222}, CodeDeadlock: {1205, 3960}, CodeReadOnly: {3906, 3908},
		CodeNoSpace: {1105, 1101, 9002, 1827, 5149}, CodeDuplicate: {2601, 2627}, CodeConstraint: {547, 515, 8152, 2628},
		CodeBackup: {3013, 3201, 3202, 3271, 3011, 15105, 18204, 3033}, CodeAvailabilityFile: {1468, 1469, 41190, 35286},
	}
	form := regexp.MustCompile(`^[a-z]+(\.[a-z-]+)+$`)
	seen := map[int32]bool{}
	total := 0
	for code, numbers := range want {
		for _, n := range numbers {
			total++
			err := fmt.Errorf("reading: %w", mssql.Error{Number: n, Class: 16, State: 2, Message: "words of the server"})
			p := Problem(t.Context(), err)
			if p.Code != code || p.What == "" || p.Fix == "" || !errors.Is(p, err) {
				t.Errorf("%d gave %s", n, p.Text())
			}
			if !form.MatchString(string(p.Code)) || p.Detail != fmt.Sprintf("SQL Server error %d, severity 16, state 2: words of the server", n) {
				t.Errorf("%d: %s", n, p.Text())
			}
			if Number(err) != n || !Of(err, 1, n) || seen[n] {
				t.Errorf("%d: number %d", n, Number(err))
			}
			seen[n] = true
		}
	}
	listed := 0
	for _, n := range numbers {
		listed += len(n.numbers)
	}
	if listed != total || len(numbers) != len(want) {
		t.Errorf("%d numbers with %d codes are known, the table here has %d with %d", listed, len(numbers), total, len(want))
	}
}

func TestProblem(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	both := mssql.Error{Number: 18456, Message: "Login failed for user 'x'.", All: []mssql.Error{{Number: 4060, Message: "Cannot open database"}, {Number: 18456}}}
	cases := []struct {
		name string
		ctx  context.Context
		err  error
		want problem.Code
	}{
		{"the telling one of several", t.Context(), both, CodeDatabaseMissing},
		{"unknown number", t.Context(), mssql.Error{Number: 50000, Message: "our own"}, CodeSQLUnknown},
		{"the context has ended", over, mssql.Error{Number: 18456}, problem.CodeCancelled},
		{"broken stream", t.Context(), mssql.StreamError{InnerError: errors.New("x")}, CodeStream},
		{"end of file", t.Context(), io.EOF, problem.CodeClosed},
		{"anything", t.Context(), errors.New("x"), problem.CodeUnknown},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if p := Problem(c.ctx, c.err); p.Code != c.want {
				t.Errorf("got %s", p.Text())
			}
		})
	}
	if Problem(t.Context(), nil) != nil || Number(nil) != 0 || IsMissing(errors.New("x")) || IsPermission(nil) {
		t.Error("nothing is no problem")
	}
	if !IsMissing(mssql.Error{Number: 208}) || !IsPermission(mssql.Error{Number: 229}) || isDatabase(mssql.Error{Number: 18456}) || !isDatabase(both) {
		t.Error("kinds of errors are mixed up")
	}
}
