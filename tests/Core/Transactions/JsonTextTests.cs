using System.Text;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Transactions;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("-0.5e-3")]
    [InlineData("\"\"")]
    [InlineData(" \r\n\t{\"a\" : [1, 2.0, \"\\u00e4\\n\"]} \n")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"ä日本\"")]
    [InlineData("123456789012345678901234567890.5")]
    public void A_document_is_accepted(string text) => Assert.Null(Violation(text));

    [Theory]
    [InlineData("", "at line 1, byte 1")]
    [InlineData("   ", "at line 1")]
    [InlineData("{} {}", "at line 1, byte 4")]
    [InlineData("{}x", "at line 1, byte 3")]
    [InlineData("{", "at line 1")]
    [InlineData("[1,]", "at line 1, byte 4")]
    [InlineData("{\"a\":1,}", "at line 1")]
    [InlineData("[1\n,\n2\n", "at line 4")]
    [InlineData("{'a':1}", "at line 1, byte 2")]
    [InlineData("{a:1}", "at line 1, byte 2")]
    [InlineData("// c\n1", "at line 1, byte 1")]
    [InlineData("01", "at line 1")]
    [InlineData("+1", "at line 1")]
    [InlineData("NaN", "at line 1")]
    [InlineData("\"\\x\"", "at line 1")]
    [InlineData("\"a\tb\"", "at line 1")]
    [InlineData("\"abc", "at line 1")]
    [InlineData("\uFEFF{}", "at line 1, byte 1")]
    [InlineData("{}\0", "at line 1, byte 3")]
    public void What_is_no_document_is_told_where(string text, string where)
    {
        var violation = Violation(text);

        Assert.NotNull(violation);
        Assert.StartsWith("it is no JSON", violation, StringComparison.Ordinal);
        Assert.Contains(where, violation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("22c328 22")]
    [InlineData("22ff22")]
    [InlineData("22c080 22")]
    [InlineData("22eda08022")]
    [InlineData("22f4908080 22")]
    [InlineData("22e28222")]
    public void Invalid_utf8_inside_a_string_is_refused(string hex) =>
        Assert.Equal("it is not valid UTF-8", JsonText.Violation(Convert.FromHexString(hex.Replace(" ", string.Empty, StringComparison.Ordinal))));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(100_000, false)]
    public void Documents_nest_at_most_64_deep(int depth, bool accepted)
    {
        Assert.Equal(accepted, Violation(new string('[', depth) + new string(']', depth)) is null);
        Assert.Equal(accepted, Violation(string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth)) is null);
    }

    private static string? Violation(string text) => JsonText.Violation(Encoding.UTF8.GetBytes(text));
}
