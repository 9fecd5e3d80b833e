using Replication.Server.Demo.Documents;

namespace Replication.Server.Tests.Demo;

public sealed class MemberNameTests
{
    private static readonly HashSet<string> Types =
        ["System.String", "System.Environment", "System.Environment.SpecialFolder", "System.Collections.Generic.List`1", "System.Collections.Generic.List`1.Enumerator"];

    [Theory]
    [InlineData("T:System.String", "type", "System", "System.String", "String")]
    [InlineData("T:System.Environment.SpecialFolder", "type", "System", "System.Environment.SpecialFolder", "SpecialFolder")]
    [InlineData("M:System.String.Split(System.Char,System.Int32)", "method", "System", "System.String", "Split")]
    [InlineData("M:System.String.#ctor(System.Char[])", "constructor", "System", "System.String", "String")]
    [InlineData("P:System.String.Chars(System.Int32)", "property", "System", "System.String", "Chars")]
    [InlineData("F:System.Environment.SpecialFolder.Desktop", "field", "System", "System.Environment.SpecialFolder", "Desktop")]
    [InlineData("M:System.Collections.Generic.List`1.ConvertAll``1(System.Converter{`0,``0})", "method", "System.Collections.Generic", "System.Collections.Generic.List`1", "ConvertAll")]
    [InlineData("M:System.Collections.Generic.List`1.Enumerator.MoveNext", "method", "System.Collections.Generic", "System.Collections.Generic.List`1.Enumerator", "MoveNext")]
    [InlineData("M:System.String.System#Collections#IEnumerable#GetEnumerator", "method", "System", "System.String", "System.Collections.IEnumerable.GetEnumerator")]
    [InlineData("E:Unlisted.Thing.Happened", "event", "Unlisted", "Unlisted.Thing", "Happened")]
    public void An_id_is_taken_apart(string id, string kind, string space, string type, string name) =>
        Assert.Equal(new MemberName(kind, space, type, name), MemberName.Parse(id, Types));
}
