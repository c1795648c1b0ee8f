package tsql

import (
	"testing"
)

// statement is one row of the table test. want are the rows as text; err is the
// number of the error that is expected instead.
type statement struct {
	sql, want string
	err       int32
	own       bool // not portable: names or numbers of the practice server
}

var statements = []statement{
	{sql: "SELECT 1", want: "1"},
	{sql: "SELECT 1 AS a, N'x' b, [c] = 'y', NULL AS d", want: "1|x|y|NULL"},
	{sql: "SELECT 7/2, 7%4, -7/2, 7/2.0, 1.0/3", want: "3|3|-3|3.500000|0.333333"},
	{sql: "SELECT 1.5+2.25, 1.50*2, 0.1+0.2", want: "3.75|3.00|0.3"},
	{sql: "SELECT 1/0", err: 8134},
	{sql: "SELECT 2147483647 + 1", err: 8115},
	{sql: "SELECT 'a' + 1", err: 245},
	{sql: "SELECT '1' + 1", want: "2"},
	{sql: "SELECT 'a' + N'b' + 'c'", want: "abc"},
	{sql: "SELECT 'a' + NULL", want: "NULL"},
	{sql: "SELECT CASE WHEN 1=1 THEN 'yes' ELSE 'no' END, CASE 2 WHEN 1 THEN 'one' WHEN 2 THEN 'two' END", want: "yes|two"},
	{sql: "SELECT CASE WHEN 'abc' = 'ABC  ' THEN 1 ELSE 0 END", want: "1"},
	{sql: "SELECT CASE WHEN 'abc' = 'ABC' COLLATE Latin1_General_CS_AS THEN 1 ELSE 0 END", want: "0"},
	{sql: "SELECT CASE WHEN N'Ä' = N'ä' THEN 1 ELSE 0 END, CASE WHEN N'ä' = N'a' THEN 1 ELSE 0 END", want: "1|0"},
	{sql: "SELECT CASE WHEN 'x_y' LIKE 'X[_]%' THEN 1 ELSE 0 END, CASE WHEN 'abc' LIKE '[^b]b%' THEN 1 ELSE 0 END, CASE WHEN '5%' LIKE '5!%' ESCAPE '!' THEN 1 ELSE 0 END", want: "1|1|1"},
	{sql: "SELECT CASE WHEN NULL = NULL THEN 1 ELSE 0 END, CASE WHEN 3 NOT IN (1, NULL) THEN 1 ELSE 0 END", want: "0|0"},
	{sql: "SELECT LEN('ab  '), DATALENGTH(N'ab'), DATALENGTH('ab'), LEFT('hello',2), RIGHT('hello',2), SUBSTRING('hello',2,3)", want: "2|4|2|he|lo|ell"},
	{sql: "SELECT UPPER('aé'), LOWER('AB'), LTRIM('  a'), RTRIM('a  '), REPLACE('aXbx','x','-'), CHARINDEX('L','hello'), CONCAT('a',NULL,1), QUOTENAME('a]b')", want: "AÉ|ab|a|a|a-b-|3|a1|[a]]b]"},
	{sql: "SELECT ISNULL(NULL,'x'), COALESCE(NULL,NULL,3), NULLIF(1,1), IIF(1=2,'a','b')", want: "x|3|NULL|b"},
	{sql: "SELECT CAST('12' AS int), CONVERT(varchar(10), 12), TRY_CAST('x' AS int), TRY_CONVERT(int,'7'), CAST(1.567 AS decimal(5,2)), CAST('abcdef' AS varchar(3))", want: "12|12|NULL|7|1.57|abc"},
	{sql: "SELECT CAST('x' AS int)", err: 245},
	{sql: "SELECT CAST('x' AS decimal(5,2))", err: 8114},
	{sql: "SELECT CAST('99999999999' AS int)", err: 248},
	{sql: "SELECT CAST('x' AS uniqueidentifier)", err: 8169},
	{sql: "SELECT CAST('x' AS datetime)", err: 241},
	{sql: "SELECT CAST(1 AS uniqueidentifier)", err: 529},
	{sql: "SELECT CAST(0x0102 AS int), CAST(258 AS varbinary(4)), CONVERT(varchar(10), 0x0AFF, 1)", want: "258|0x00000102|0x0AFF"},
	{sql: "SELECT CONVERT(varchar(30), CAST('2024-02-29T13:14:15.678' AS datetime), 121), CONVERT(varchar(10), CAST('20240229' AS date), 120)", want: "2024-02-29 13:14:15.677|2024-02-29"},
	{sql: "SELECT CONVERT(varchar(33), CAST('2024-02-29 13:14:15.1234567' AS datetime2(7)), 126)", want: "2024-02-29T13:14:15.1234567"},
	{sql: "SELECT DATEADD(month, 1, CAST('2024-01-31' AS date)), DATEDIFF(day, '2024-01-01', '2024-03-01'), DATEPART(year, '2024-05-06'), YEAR('2024-05-06')", want: "2024-02-29|60|2024|2024"},
	{sql: "SELECT CASE WHEN CAST('{B891884F-051E-4A83-95AF-2544101C9083}' AS uniqueidentifier) = 'b891884f-051e-4a83-95af-2544101c9083' THEN 1 ELSE 0 END", want: "1"},
	{sql: "SELECT CAST('b891884f-051e-4a83-95af-2544101c9083' AS uniqueidentifier)", want: "B891884F-051E-4A83-95AF-2544101C9083"},
	{sql: "SELECT 5 & 3, 5 | 3, 5 ^ 3, ~5", want: "1|7|6|-6"},
	{sql: "SELECT x.a FROM (VALUES (1,'a'),(2,'b')) AS x(a,b) WHERE x.b = 'B'", want: "2"},
	{sql: "WITH n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < 4) SELECT SUM(i), COUNT(*), MAX(i), AVG(i) FROM n", want: "10|4|4|2"},
	{sql: "SELECT TOP (2) a FROM (VALUES (3),(1),(2)) v(a) ORDER BY a DESC", want: "3;2"},
	{sql: "SELECT a FROM (VALUES (3),(1),(2)) v(a) ORDER BY a OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY", want: "2"},
	{sql: "SELECT DISTINCT a FROM (VALUES ('x'),('X'),('y ')) v(a) ORDER BY a", want: "x;y "},
	{sql: "SELECT a, COUNT(*) FROM (VALUES ('x'),('x '),('y')) v(a) GROUP BY a ORDER BY COUNT(*) DESC", want: "x|2;y|1"},
	{sql: "SELECT a FROM (VALUES (1)) v(a) GROUP BY b", err: 207},
	{sql: "SELECT a, b FROM (VALUES (1,2)) v(a,b) GROUP BY a", err: 8120},
	{sql: "SELECT 1 UNION SELECT 1 UNION ALL SELECT 2 ORDER BY 1", want: "1;2"},
	{sql: "SELECT 1, 2 UNION SELECT 1", err: 205},
	{sql: "SELECT ROW_NUMBER() OVER (ORDER BY a), a FROM (VALUES ('b'),('a')) v(a) ORDER BY a", want: "1|a;2|b"},
	{sql: "SELECT STRING_AGG(a, ',') WITHIN GROUP (ORDER BY a) FROM (VALUES ('b'),('a')) v(a)", want: "a,b"},
	{sql: "SELECT (SELECT a FROM (VALUES (1),(2)) v(a))", err: 512},
	{sql: "SELECT 1 WHERE EXISTS (SELECT 1 WHERE 1=0) OR 2 IN (SELECT a FROM (VALUES (2)) v(a))", want: "1"},
	{sql: "DECLARE @a int = 3, @b nvarchar(10); SET @a += 2; SELECT @b = N'x' + CAST(@a AS nvarchar(5)); SELECT @a, @b", want: "5|x5"},
	{sql: "IF 1=0 SELECT 1 ELSE BEGIN SELECT 2; SELECT 3 END", want: "2 / 3"},
	{sql: "DECLARE @i int = 0; WHILE @i < 3 BEGIN SET @i += 1; IF @i = 2 CONTINUE; END; SELECT @i", want: "3"},
	{sql: "BEGIN TRY SELECT 1/0 END TRY BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_MESSAGE() END CATCH", want: "8134|Divide by zero error encountered.", own: true},
	{sql: "BEGIN TRY RAISERROR('bad %s %d', 16, 1, 'x', 7) END TRY BEGIN CATCH SELECT ERROR_MESSAGE() END CATCH", want: "bad x 7"},
	{sql: "THROW 50001, 'boom', 1", err: 50001},
	{sql: "RAISERROR('boom', 16, 1)", err: 50000},
	{sql: "SELEC 1", err: 2812, own: true},
	{sql: "SELECT 1 FORM x y", err: 102},
	{sql: "SELECT FROM", err: 156},
	{sql: "SELECT 'abc", err: 105},
	{sql: "SELECT @nope", err: 137},
	{sql: "SELECT nope", err: 207},
	{sql: "SELECT * FROM nope", err: 208},
	{sql: "SELECT NOPE(1)", err: 195},
	{sql: "SELECT t.x FROM (SELECT 1 AS y) t", err: 207},
	{sql: "SELECT q.x FROM (SELECT 1 AS y) t", err: 4104},
	{sql: "SELECT a FROM (SELECT 1 AS a) x, (SELECT 2 AS a) y", err: 209},
	{sql: "SELECT 1 WHERE 1", err: 4145},
	{sql: "SELECT COUNT(*) FROM (SELECT 1 AS a) t WHERE COUNT(*) > 1", err: 147},
	{sql: "EXEC nope", err: 2812},
	{sql: "USE nope", err: 911},
	{sql: "COMMIT", err: 3902},
	{sql: "ROLLBACK", err: 3903},
	{sql: "SELECT @@TRANCOUNT; BEGIN TRAN; BEGIN TRAN; SELECT @@TRANCOUNT; COMMIT; SELECT @@TRANCOUNT; ROLLBACK; SELECT @@TRANCOUNT", want: "0 / 2 / 1 / 0"},
	{sql: "SELECT LEFT('a')", err: 174},
	{sql: "SELECT * FROM sys.databases FOR XML AUTO", err: 40514, own: true},
	{sql: "SELECT DB_NAME(), ISNULL(OBJECT_ID('nope'), -1)", want: "ADSync|-1", own: true},
	{sql: "SELECT IS_SRVROLEMEMBER('sysadmin'), IS_MEMBER('db_owner'), HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE'), USER_NAME(), HAS_DBACCESS('master')", want: "1|1|1|dbo|1", own: true},
	{sql: "SELECT name, state_desc FROM sys.databases WHERE name = 'adsync'", want: "ADSync|ONLINE", own: true},
	{sql: "SELECT CAST(SERVERPROPERTY('EngineEdition') AS int), CONVERT(nvarchar(128), SERVERPROPERTY(N'ProductVersion'))", want: "3|16.0.4135.4", own: true},
	{sql: "CREATE TABLE dbo.t1 (id int IDENTITY(1,1) NOT NULL PRIMARY KEY, g uniqueidentifier NULL, s nvarchar(10) NOT NULL DEFAULT N'd', d datetime NULL, b bit NULL, x varbinary(max) NULL, n decimal(10,2) NULL, m xml NULL)"},
	{sql: "INSERT INTO dbo.t1 (g, s, d, b, x, n, m) VALUES ('b891884f-051e-4a83-95af-2544101c9083', N'äö', '2024-01-02 03:04:05.678', 1, 0x01FF, 1.005, N'<a/>'), (NULL, DEFAULT, NULL, 0, NULL, NULL, NULL); SELECT SCOPE_IDENTITY(), @@ROWCOUNT", want: "2|2"},
	{sql: "SELECT * FROM t1 ORDER BY id", want: "1|B891884F-051E-4A83-95AF-2544101C9083|äö|2024-01-02 03:04:05.677|1|0x01FF|1.01|<a/>;2|NULL|d|NULL|0|NULL|NULL|NULL"},
	{sql: "SELECT id FROM T1 WITH (NOLOCK) WHERE G = 'B891884F-051E-4A83-95AF-2544101C9083' AND S = N'ÄÖ'", want: "1"},
	{sql: "INSERT dbo.t1 (s) VALUES (N'12345678901')", err: 2628},
	{sql: "INSERT dbo.t1 (s) VALUES (NULL)", err: 515},
	{sql: "INSERT dbo.t1 (id, s) VALUES (1, N'x')", err: 544},
	{sql: "SET IDENTITY_INSERT dbo.t1 ON; INSERT dbo.t1 (id, s) VALUES (1, N'x')", err: 2627},
	{sql: "SET IDENTITY_INSERT dbo.t1 OFF; INSERT dbo.t1 (nope) VALUES (1)", err: 207},
	{sql: "INSERT dbo.t1 (s) VALUES (N'a', 1)", err: 110},
	{sql: "INSERT dbo.t1 VALUES (1)", err: 213},
	{sql: "INSERT dbo.t1 (b) OUTPUT inserted.id, inserted.s VALUES (1)", want: "5|d", own: true},
	{sql: "UPDATE dbo.t1 SET s = s + N'!', b = 1 WHERE id = 2; SELECT @@ROWCOUNT; SELECT s FROM t1 WHERE id = 2", want: "1 / d!"},
	{sql: "UPDATE t SET s = v.n FROM dbo.t1 t JOIN (VALUES (1, N'one'), (2, N'two')) v(i, n) ON v.i = t.id; SELECT s FROM t1 WHERE id < 3 ORDER BY id", want: "one;two"},
	{sql: "UPDATE dbo.t1 SET s = NULL", err: 515},
	{sql: "UPDATE dbo.t1 SET id = 4", err: 8102},
	{sql: "DELETE FROM dbo.t1 WHERE id > 2; SELECT COUNT(*), COUNT_BIG(*) FROM t1", want: "2|2"},
	{sql: "CREATE UNIQUE INDEX ix ON t1 (s); INSERT t1 (s) VALUES (N'ONE')", err: 2601},
	{sql: "CREATE TABLE t1 (a int)", err: 2714},
	{sql: "ALTER TABLE t1 ADD extra int NOT NULL DEFAULT 7, more nvarchar(5) NULL; SELECT id, extra, more FROM t1 ORDER BY id", want: "1|7|NULL;2|7|NULL"},
	{sql: "BEGIN TRAN; UPDATE t1 SET s = N'gone' WHERE id = 1; CREATE TABLE t2 (a int); ROLLBACK; SELECT s FROM t1 WHERE id = 1; SELECT OBJECT_ID('t2')", want: "one / NULL"},
	{sql: "SELECT COLUMN_NAME, DATA_TYPE, IS_NULLABLE, CHARACTER_MAXIMUM_LENGTH FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'T1' AND ORDINAL_POSITION < 4 ORDER BY ORDINAL_POSITION", want: "id|int|NO|NULL;g|uniqueidentifier|YES|NULL;s|nvarchar|NO|10"},
	{sql: "SELECT t.name, c.name, ty.name FROM sys.tables t JOIN sys.columns c ON c.object_id = t.object_id JOIN sys.types ty ON ty.user_type_id = c.user_type_id WHERE t.name = 't1' AND c.column_id <= 2 ORDER BY c.column_id", want: "t1|id|int;t1|g|uniqueidentifier"},
	{sql: "EXEC sp_addextendedproperty @name = N'claim', @value = N'me'; SELECT CAST(value AS nvarchar(50)) FROM sys.extended_properties WHERE class = 0 AND name = N'claim'", want: "me"},
	{sql: "EXEC sp_addextendedproperty @name = N'claim', @value = N'me'", err: 15233},
	{sql: "EXEC sp_updateextendedproperty N'claim', N'you'; SELECT name, CONVERT(nvarchar(50), value) FROM fn_listextendedproperty(N'claim', NULL, NULL, NULL, NULL, NULL, NULL)", want: "claim|you"},
	{sql: "EXEC sp_dropextendedproperty N'claim'; EXEC sp_dropextendedproperty N'claim'", err: 15217},
	{sql: "EXEC sp_executesql N'SELECT @a + @b', N'@a int, @b int', @a = 1, @b = 2", want: "3"},
	{sql: "DECLARE @r int; EXEC sp_executesql N'SET @x = 5', N'@x int OUTPUT', @x = @r OUTPUT; SELECT @r", want: "5"},
	{sql: "DECLARE @rc int; EXEC @rc = sp_getapplock @Resource = N'r', @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = 0; SELECT @rc; EXEC @rc = sp_releaseapplock N'r', 'Session'; SELECT @rc", want: "0 / 0"},
	{sql: "EXEC sp_getapplock", err: 201},
	{sql: "SELECT a.id, b.id FROM t1 a LEFT JOIN t1 b ON b.id = a.id + 1 ORDER BY a.id", want: "1|2;2|NULL"},
	{sql: "SELECT s INTO t3 FROM t1 WHERE id = 1; SELECT * FROM t3; DROP TABLE t3", want: "one"},
	{sql: "CREATE TABLE #x (a int); INSERT #x SELECT id FROM t1; SELECT SUM(a) FROM #x; DROP TABLE #x", want: "3"},
	{sql: "UPDATE t1 SET extra = (SELECT MAX(b.id) FROM t1 b WHERE b.id <= t1.id) + 10; SELECT id, extra FROM t1 ORDER BY id", want: "1|11;2|12"},
	{sql: "DELETE TOP (1) FROM t1 OUTPUT deleted.s WHERE EXISTS (SELECT 1 FROM t1 x WHERE x.id = t1.id AND x.extra = 12); SELECT COUNT(*) FROM t1", want: "two / 1"},
	{sql: "EXEC('SELECT 1; SELECT 2'); EXEC(N'SELEC')", err: 2812, own: true},
	{sql: "SELECT a FROM (VALUES (1),(2)) v(a) WHERE a IN (2, '3', 4) AND a NOT IN (5, 6)", want: "2"},
	{sql: "SELECT 1 ORDER BY +1", err: 408, own: true},
	{sql: "SELECT CAST(0x AS varbinary(5)), CAST('' AS varchar(5)), LEN(''), DATALENGTH(0x)", want: "0x||0|0"},
	{sql: "SELECT MAX(a), MIN(a), AVG(a), SUM(a) FROM (VALUES (1.5),(2.25),(NULL)) v(a)", want: "2.25|1.50|1.875000|3.75"},
	{sql: "SELECT CAST(1.5 AS float) / 2, CAST(1 AS money) * 3, CAST(2.345 AS money)", want: "0.75|3.0000|2.3450"},
	{sql: "SELECT a, SUM(b) OVER (PARTITION BY a ORDER BY b) FROM (VALUES ('x',1),('x',2),('y',5)) v(a,b) ORDER BY a, b", want: "x|1;x|3;y|5"},
	{sql: "SELECT CAST(GETDATE() AS date) FROM (SELECT 1 AS one) x WHERE GETDATE() - 1 < GETDATE() AND 1 = 0", want: ""},
	{sql: "SELECT CAST('2024-01-01' AS datetime) + 1.5, DATEDIFF(second, '2024-01-01T00:00:00', '2024-01-01T00:01:00')", want: "2024-01-02 12:00:00|60"},
	{sql: "SELECT 1 AS x, 2 AS x INTO t9", err: 2705},
	{sql: "INSERT t1 (s) SELECT TOP (1) N'copied' FROM t1; SELECT COUNT(*) FROM t1", want: "2"},
	{sql: "SELECT v.s FROM t1 v WHERE v.g IS NULL GROUP BY v.s HAVING COUNT(*) > 0 ORDER BY MAX(v.id)", want: "copied"},
	{sql: "TRUNCATE TABLE t1; INSERT t1 (s) VALUES (N'z'); SELECT id FROM t1", want: "1"},
	{sql: "DROP TABLE t1; DROP TABLE IF EXISTS t1; DROP TABLE t1", err: 3701},
}

func TestStatements(t *testing.T) {
	s := signIn(t, testServer(t, nil), "sa", "ADSync")
	for _, st := range statements {
		got, err := exec(t.Context(), s, st.sql)
		switch {
		case err != nil && err.Number != st.err:
			t.Errorf("%s\n\tgave %d %s", st.sql, err.Number, err.Message)
		case err == nil && st.err != 0:
			t.Errorf("%s\n\tgave %q, want error %d", st.sql, got, st.err)
		case st.err == 0 && got != st.want:
			t.Errorf("%s\n\tgave %q\n\twant %q", st.sql, got, st.want)
		}
	}
}
