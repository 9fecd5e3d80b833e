using System.Text;
using Replication.Core.Indexes;
using Replication.Core.Records;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;
using static Replication.Core.Tests.Kit.TestPrimary;

namespace Replication.Core.Tests.Indexes;

public sealed class IndexQueryTests
{
    private readonly TestPrimary _primary = new();

    public IndexQueryTests()
    {
        string[] values = ["null", "false", "true", "-1", "0", "7", "7.5", "\"\"", "\"a\"", "\"ab\"", "\"b\"", "[3,\"c\",9]", "{}"];
        _primary.Accept([.. values.Select((value, number) => Put("c", $"{(char)('a' + number)}", $$"""{"v":{{value}}}""")), Operation.CreateIndex("c", "v", "v")]);
        _primary.BuildIndexes();
    }

    public static TheoryData<string, IndexRequest, string> Requests => new()
    {
        { "all", new IndexRequest(), "abcdelfghijk" },
        { "null", new IndexRequest { EqualTo = IndexValue.Null }, "a" },
        { "true", new IndexRequest { EqualTo = IndexValue.Of(true) }, "c" },
        { "seven", new IndexRequest { EqualTo = IndexValue.Number("7.00") }, "f" },
        { "an element", new IndexRequest { EqualTo = IndexValue.Of("c") }, "l" },
        { "empty string", new IndexRequest { EqualTo = IndexValue.Of("") }, "h" },
        { "nobody", new IndexRequest { EqualTo = IndexValue.Of(8L) }, "" },
        { "numbers from", new IndexRequest { From = IndexValue.Of(0L) }, "elfg" },
        { "numbers behind", new IndexRequest { From = IndexValue.Of(0L), IsFromExclusive = true }, "lfg" },
        { "numbers from, an element", new IndexRequest { From = IndexValue.Of(8L) }, "l" },
        { "numbers before", new IndexRequest { To = IndexValue.Of(7L) }, "del" },
        { "numbers up to", new IndexRequest { To = IndexValue.Of(7L), IsToInclusive = true }, "delf" },
        { "a range", new IndexRequest { From = IndexValue.Of(-1L), To = IndexValue.Of(7.5) }, "delf" },
        { "a range over kinds", new IndexRequest { From = IndexValue.Of(7.5), To = IndexValue.Of("ab"), IsToInclusive = true }, "glhij" },
        { "bools", new IndexRequest { From = IndexValue.Of(false) }, "bc" },
        { "strings up to", new IndexRequest { To = IndexValue.Of("ab") }, "hi" },
        { "prefix", new IndexRequest { Prefix = "a" }, "ij" },
        { "every string", new IndexRequest { Prefix = "" }, "hijkl" },
        { "a range that is none", new IndexRequest { From = IndexValue.Of(7L), To = IndexValue.Of(0L) }, "" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_query_finds_the_records_within_its_bounds_in_order(string what, IndexRequest request, string keys)
    {
        Assert.NotEmpty(what);
        Assert.Equal(keys, Keys(request));
        Assert.Equal(keys, KeysOneByOne(request));
    }

    [Fact]
    public void Requests_that_are_none_are_named()
    {
        Assert.Equal("it asks for more than one of a value, a range and a prefix", Violation(new IndexRequest { EqualTo = IndexValue.Null, Prefix = "a" }));
        Assert.Equal("a number is not written as JSON writes it", Violation(new IndexRequest { EqualTo = IndexValue.Number("07") }));
        Assert.Equal("a number is not written as JSON writes it", Violation(new IndexRequest { From = IndexValue.Number("1 ") }));
        Assert.Equal("a number is not written as JSON writes it", Violation(new IndexRequest { To = IndexValue.Of(double.NaN) }));
        Assert.Equal("a bound has more than 1024 bytes", Violation(new IndexRequest { From = IndexValue.Of(new string('x', 1025)) }));
        Assert.Equal("a bound has more than 1024 bytes", Violation(new IndexRequest { Prefix = new string('x', 1025) }));
    }

    [Fact]
    public void Long_strings_are_found_exactly()
    {
        var text = new string('x', 5000);
        _primary.Accept(Put("c", "long", $$"""{"v":"{{text}}"}"""), Put("c", "longer", $$"""{"v":"{{text}}x"}"""));
        _primary.Publish();

        Assert.Equal("long", Keys(new IndexRequest { EqualTo = IndexValue.Of(text) }));
        Assert.Equal(10, Keys(new IndexRequest { Prefix = text[..1024] }).Length);
    }

    private static string? Violation(IndexRequest request) => IndexBounds.TryCreate(request, out _);

    private IndexQuery Begin(IndexRequest request, byte[] continuation)
    {
        Assert.Null(IndexBounds.TryCreate(request, out var bounds));
        var collection = _primary.Published.Collections["c"];
        return new IndexQuery(ReadView.Open(_primary.Published), collection, collection.FindIndex("v")!, bounds!, continuation);
    }

    private string Keys(IndexRequest request)
    {
        var keys = new StringBuilder();
        for (var query = Begin(request, []); query.MoveNext();) keys.Append(Encoding.UTF8.GetString(query.Current.Key));
        return keys.ToString();
    }

    private string KeysOneByOne(IndexRequest request)
    {
        var keys = new StringBuilder();
        byte[] continuation = [];
        while (Begin(request, continuation) is var query && query.MoveNext())
        {
            keys.Append(Encoding.UTF8.GetString(query.Current.Key));
            continuation = query.Continuation;
        }
        return keys.ToString();
    }
}
