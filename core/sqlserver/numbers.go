package sqlserver

import (
	"github.com/adsync-reconnect/adsync-reconnect/core/answers"
	"github.com/adsync-reconnect/adsync-reconnect/core/problem"
)

// Codes of SQL Server's own errors.
const (
	CodeLoginRefused    problem.Code = "sql.login.refused"
	CodeLoginUntrusted  problem.Code = "sql.login.untrusted"
	CodeLoginDisabled   problem.Code = "sql.login.disabled"
	CodeLoginLocked     problem.Code = "sql.login.locked"
	CodeLoginExpired    problem.Code = "sql.login.expired"
	CodeLoginMustChange problem.Code = "sql.login.must-change"
	CodeLoginTrigger    problem.Code = "sql.login.trigger"
	CodeLoginSSPI       problem.Code = "sql.login.sspi"
	CodeLoginProtocol   problem.Code = "sql.login.protocol"
	CodeServerNotReady  problem.Code = "sql.server.not-ready"
	CodeServerFull      problem.Code = "sql.server.connections"
	CodeServerSingle    problem.Code = "sql.server.single-user"
	CodeServerStopping  problem.Code = "sql.server.stopping"
	CodeServerResources problem.Code = "sql.server.resources"
	CodeAzure           problem.Code = "sql.azure"

	CodeDatabaseMissing  problem.Code = "sql.database.missing"
	CodeDatabaseDefault  problem.Code = "sql.database.default"
	CodeDatabaseDenied   problem.Code = "sql.database.denied"
	CodeDatabaseState    problem.Code = "sql.database.state"
	CodeDatabaseSingle   problem.Code = "sql.database.single-user"
	CodeDatabaseReplica  problem.Code = "sql.database.replica"
	CodeDatabaseDamaged  problem.Code = "sql.database.damaged"
	CodePermission       problem.Code = "sql.permission"
	CodeObjectMissing    problem.Code = "sql.object.missing"
	CodeLockTimeout      problem.Code = "sql.lock.timeout"
	CodeDeadlock         problem.Code = "sql.lock.deadlock"
	CodeReadOnly         problem.Code = "sql.data.read-only"
	CodeNoSpace          problem.Code = "sql.data.space"
	CodeDuplicate        problem.Code = "sql.data.duplicate"
	CodeConstraint       problem.Code = "sql.data.constraint"
	CodeBackup           problem.Code = "sql.backup"
	CodeAvailabilityFile problem.Code = "sql.availability.alter"
)

// numbered gives words to some of SQL Server's error numbers.
type numbered struct {
	numbers        []int32
	code           problem.Code
	field          problem.Field
	what, why, fix string
}

// numbers is the one place where SQL Server's error numbers are put into words.
// Source: "Database Engine events and errors", learn.microsoft.com/sql.
var numbers = []numbered{
	{
		[]int32{18456},
		CodeLoginRefused, answers.FieldSQLUser, "SQL Server refused the login.",
		"The name or the password is wrong, the login does not exist, or SQL Server allows Windows logins only. Which of these it is stands only in the server's own error log, as the state of error 18456.",
		"Check name and password. Many wrong tries lock a login, so look into SQL Server's error log before the next one.",
	},
	{
		[]int32{18452, 18476},
		CodeLoginUntrusted, answers.FieldSQLUser, "SQL Server does not trust the domain of this Windows account.",
		"The account belongs to a domain that the SQL Server's domain does not trust, or the server asks for Extended Protection.",
		"Use an account of a trusted domain, or a SQL Server login.",
	},
	{
		[]int32{18470},
		CodeLoginDisabled, answers.FieldSQLUser, "This login is disabled on the SQL Server.", "",
		"Have it enabled (ALTER LOGIN … ENABLE), or use another login.",
	},
	{
		[]int32{18486},
		CodeLoginLocked, answers.FieldSQLUser, "This login is locked on the SQL Server.",
		"Too many wrong passwords were tried.", "Have it unlocked (ALTER LOGIN … WITH PASSWORD = … UNLOCK), or wait until the lock ends.",
	},
	{
		[]int32{18487},
		CodeLoginExpired, answers.FieldSQLPass, "The password of this login has expired.", "",
		"Change it with SQL Server Management Studio, then enter the new one here.",
	},
	{
		[]int32{18488},
		CodeLoginMustChange, answers.FieldSQLPass, "The password of this login must be changed first.", "",
		"Sign in once with SQL Server Management Studio and change it, then enter the new one here.",
	},
	{
		[]int32{17892},
		CodeLoginTrigger, answers.FieldSQLUser, "A logon trigger on the SQL Server rejected the login.",
		"Administrators use such triggers to let only certain programs, computers or accounts in.",
		"Have “ADSync Reconnect”, and the synchronization service too, allowed in the trigger.",
	},
	{
		[]int32{17806, 17807},
		CodeLoginSSPI, answers.FieldSQLUser, "Windows sign-in to the SQL Server failed.",
		"Kerberos and NTLM both failed: a wrong or duplicate service principal name (SPN) of the server, clocks that differ, or a policy against NTLM.",
		"Enter the server's full name, check the SPNs with setspn -L and the clocks, or use a SQL Server login.",
	},
	{
		[]int32{17828, 17830, 17832, 17835, 17836},
		CodeLoginProtocol, answers.FieldEncryption, "SQL Server did not accept the way this program began the connection.",
		"The server may insist on encryption or on strict encryption, or a device between changes what is sent.",
		"Try mandatory or strict encryption, and look into SQL Server's error log.",
	},
	{
		[]int32{17142, 17187, 17147, 17148, 18401},
		CodeServerNotReady, answers.FieldServer, "The SQL Server takes no connections at the moment.",
		"It is starting, being upgraded or paused.", "Wait until it is ready, then try again.",
	},
	{
		[]int32{233, 17809, 17810},
		CodeServerFull, answers.FieldServer, "The SQL Server has no room for another connection.",
		"The highest number of connections is reached, or the server closed the connection during sign-in.",
		"Close other connections or raise the limit (user connections), then try again.",
	},
	{
		[]int32{18461, 18451, 18459},
		CodeServerSingle, answers.FieldServer, "The SQL Server lets only one administrator in at the moment.",
		"It was started in single-user mode.", "Restart it without -m or -f.",
	},
	{
		[]int32{6005, 6001, 596, 6006},
		CodeServerStopping, answers.FieldServer, "The SQL Server ended the connection.",
		"It is being shut down, or an administrator ended the session.", "Wait until it is up again, then try again.",
	},
	{
		[]int32{701, 802, 8645, 8651, 10928, 10929, 8628},
		CodeServerResources, "", "The SQL Server lacks memory or time for this.",
		"Other work takes what there is.", "Try again at a quieter time.",
	},
	{
		[]int32{40615, 40532, 40613, 40197, 40501, 40914, 49918, 49919, 49920},
		CodeAzure, answers.FieldServer, "This is Azure SQL, which can't hold an ADSync database.",
		"Microsoft supports neither Azure SQL Database nor Azure SQL Managed Instance for it.",
		"Restore the database on a SQL Server of your own and enter that server's name.",
	},
	{
		[]int32{4060, 911},
		CodeDatabaseMissing, answers.FieldDatabase, "The database could not be opened.",
		"It does not exist under that name, it is not available, or this login may not use it; SQL Server does not say which.",
		"Choose the database from the list, or have the login mapped to it as db_owner.",
	},
	{
		[]int32{4064, 4062, 4063},
		CodeDatabaseDefault, answers.FieldDatabase, "The default database of this login could not be opened.",
		"It was removed or is not available.", "Have another default database set (ALTER LOGIN … WITH DEFAULT_DATABASE = master).",
	},
	{
		[]int32{916},
		CodeDatabaseDenied, answers.FieldDatabase, "This login may not use the database.",
		"There is no user for it in the database.", "Have the login mapped to the database and added to db_owner, directly and not through a group.",
	},
	{
		[]int32{921, 922, 926, 927, 941, 942, 945, 952, 904, 905},
		CodeDatabaseState, answers.FieldDatabase, "The database is not available now.",
		"It is being recovered or restored, offline, or some of its files are missing.",
		"Bring it online first (end the restore WITH RECOVERY, or ALTER DATABASE … SET ONLINE).",
	},
	{
		[]int32{924, 1807},
		CodeDatabaseSingle, answers.FieldDatabase, "Somebody else is using the database alone.",
		"It is in single-user mode and the one place is taken.", "Have the other session ended, or set the database to MULTI_USER.",
	},
	{
		[]int32{976, 978, 979, 982, 983, 988},
		CodeDatabaseReplica, answers.FieldDatabase, "This copy of the database in the availability group can't be used.",
		"It is a secondary replica, or the group is not synchronized.",
		"Connect to the primary replica or the listener, and take the database out of the group while setup runs.",
	},
	{
		[]int32{823, 824, 825, 9001, 3313, 3314},
		CodeDatabaseDamaged, answers.FieldDatabase, "The database is damaged, or its disk fails.",
		"", "Run DBCC CHECKDB and restore a good backup.",
	},
	{
		[]int32{229, 230, 262, 297, 300, 371, 15247, 15151, 15517, 5011, 6102},
		CodePermission, answers.FieldSQLUser, "This login may not do that.",
		"The setup needs sysadmin, or db_owner of the database granted directly.", "Have the permission granted, or sign in with another login.",
	},
	{
		[]int32{208, 207, 2812, 4902, 1088},
		CodeObjectMissing, answers.FieldDatabase, "Something that an ADSync database has is missing in this one.",
		"It is another kind of database, or was made by a version that did not have it.", "Check that the right database was chosen.",
	},
	{
		[]int32{1222},
		CodeLockTimeout, "", "Something that is needed is locked by somebody else.",
		"Another program, perhaps a synchronization service, is working in the database.", "Stop the other program, then try again.",
	},
	{
		[]int32{1205, 3960},
		CodeDeadlock, "", "SQL Server ended this because it and another program waited for each other.",
		"Nothing was changed.", "Try again. If it happens again, stop the other program first.",
	},
	{
		[]int32{3906, 3908},
		CodeReadOnly, answers.FieldDatabase, "The database is read-only.",
		"", "Set it to READ_WRITE (ALTER DATABASE … SET READ_WRITE).",
	},
	{
		[]int32{1105, 1101, 9002, 1827, 5149},
		CodeNoSpace, "", "There is no room left for the database or its log.",
		"A disk is full, or a file has reached the size it may have (10 GB in all on SQL Server Express).",
		"Make room, let the files grow, or back up the log.",
	},
	{
		[]int32{2601, 2627}, CodeDuplicate, "", "There is such a row already.", "Somebody else may have written it meanwhile.", "Check again, then try again.",
	},
	{
		[]int32{547, 515, 8152, 2628},
		CodeConstraint, "", "The database does not accept such a value.",
		"A rule of a table forbids it.", "Keep the details below: they name the table and the rule.",
	},
	{
		[]int32{3013, 3201, 3202, 3271, 3011, 15105, 18204, 3033},
		CodeBackup, answers.FieldBackupPath, "The backup could not be written.",
		"The folder is seen from the SQL Server, whose service account must be able to write there.",
		"Choose a folder that exists on the SQL Server and that its service account may write to.",
	},
	{
		[]int32{1468, 1469, 41190, 35286},
		CodeAvailabilityFile, answers.FieldDatabase, "The database can't be altered while it is in an availability group.",
		"", "Take it out of the availability group while setup runs, and add it again afterwards.",
	},
}
