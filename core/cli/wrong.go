package cli

import (
	"slices"

	"github.com/adsync-reconnect/adsync-reconnect/core/entra"
	"github.com/adsync-reconnect/adsync-reconnect/core/forest"
	"github.com/adsync-reconnect/adsync-reconnect/core/plan"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
	"github.com/adsync-reconnect/adsync-reconnect/core/setup"
	"github.com/adsync-reconnect/adsync-reconnect/core/sqlserver"
)

// wrongAnswers are the problems that only another answer puts right: one that is
// missing, or has a form that none has. What the world answers is none of them, even
// where another answer would help, as with a wrong password.
var wrongAnswers = []problem.Code{
	setup.CodeMissing, setup.CodeForestAnswer, setup.CodeLicence, setup.CodeConnector, setup.CodeUserMissing, setup.CodePasswordMissing,
	sqlserver.CodeAddressMissing, sqlserver.CodeAddressBad, sqlserver.CodeAddressString, sqlserver.CodeAddressPipe, sqlserver.CodeAddressMemory,
	sqlserver.CodeAddressDAC, sqlserver.CodeAddressPort, sqlserver.CodeAddressConflict, sqlserver.CodeAddressCharacter, sqlserver.CodeInstanceBad,
	sqlserver.CodePinBad, sqlserver.CodeTrustFile, sqlserver.CodeSignInUser, sqlserver.CodeSignInPassword, sqlserver.CodeSignInKind, sqlserver.CodeEncryptionBad,
	forest.CodeUserForm, forest.CodeNoPassword, forest.CodePinBad, forest.CodeTrustFile,
	entra.CodeClient, plan.CodeBackupPath,
}

// failure is the exit code of a run that failed: ExitUsage when nothing but the
// answers is wrong.
func failure(list []*problem.Problem) int {
	other := func(p *problem.Problem) bool { return !slices.Contains(wrongAnswers, p.Code) }
	if len(list) == 0 || slices.ContainsFunc(list, other) {
		return ExitFailed
	}
	return ExitUsage
}
