using System.Text;
using System.Xml.Linq;
using Replication.Server.Demo.Documents;

namespace Replication.Server.Tests.Demo;

public sealed class ApiMemberTests
{
    private const string Split = """
        <member name="M:System.String.Split(System.Char,System.Int32)">
          <summary>Splits a <see cref="T:System.String" /> into
              at most <paramref name="count" /> parts.<para>Never <see langword="null" />.</para></summary>
          <param name="separator">Where to <c>cut</c>.</param>
          <param name="count">How &lt;many&gt;.</param>
          <returns>The parts, see <see cref="M:System.String.Join(System.String,System.String[])">the way back</see>.</returns>
          <exception cref="T:System.ArgumentOutOfRangeException"><paramref name="count" /> is negative.</exception>
        </member>
        """;

    [Fact]
    public void A_member_becomes_a_document_without_markup()
    {
        var document = Read(Split, "T:System.String");

        Assert.Equal("M:System.String.Split(System.Char,System.Int32)", document.Key);
        Assert.Equal(
            """
            {"id":"M:System.String.Split(System.Char,System.Int32)","kind":"method","namespace":"System","type":"System.String","name":"Split","assembly":"System.Runtime",
            "summary":"Splits a System.String into at most count parts. Never null.",
            "parameters":[{"name":"separator","text":"Where to cut."},{"name":"count","text":"How <many>."}],
            "returns":"The parts, see the way back.",
            "exceptions":[{"name":"System.ArgumentOutOfRangeException","text":"count is negative."}]}
            """.ReplaceLineEndings(string.Empty),
            Encoding.UTF8.GetString(document.Json.Span));
    }

    [Fact]
    public void What_is_not_documented_is_not_in_the_document() =>
        Assert.Equal(
            """{"id":"T:System.String","kind":"type","namespace":"System","type":"System.String","name":"String","assembly":"System.Runtime"}""",
            Encoding.UTF8.GetString(Read("""<member name="T:System.String"><summary> </summary></member>""", "T:System.String").Json.Span));

    private static Document Read(string member, params string[] types) =>
        new ApiMember(XElement.Parse(member, LoadOptions.PreserveWhitespace), "System.Runtime", ApiMember.TypesOf(types.Select(static type => new XElement("member", new XAttribute("name", type))))).ToDocument();
}
