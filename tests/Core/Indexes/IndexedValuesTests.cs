using System.Buffers;
using System.Text;
using Replication.Core.Indexes;

namespace Replication.Core.Tests.Indexes;

public sealed class IndexedValuesTests
{
    private readonly IndexedValues _values = new();

    [Theory]
    [InlineData("a", """{"a":1}""", "1")]
    [InlineData("a", """{"a":null}""", "null")]
    [InlineData("a", """{"a":[true,false,true]}""", "false true")]
    [InlineData("a", """{"b":1}""", "")]
    [InlineData("a", """{"a":{}}""", "")]
    [InlineData("a", """{"a":{"a":1}}""", "")]
    [InlineData("a", """{"a":[]}""", "")]
    [InlineData("a", """{"a":[1,{"a":2},[3],4]}""", "1 4")]
    [InlineData("a", """{"a":[2,1,2.0,1e0]}""", "1 2")]
    [InlineData("a", """{"a":["x",null,1,true,"x"]}""", "null true 1 'x'")]
    [InlineData("a.b", """{"a":{"b":"x","c":"y"},"b":"z"}""", "'x'")]
    [InlineData("a.b", """{"a":[{"b":1},{"b":[2,3]},{"c":4},5,[{"b":6}]]}""", "1 2 3")]
    [InlineData("a.b", """{"a":1}""", "")]
    [InlineData("a", """[{"a":1},{"a":2}]""", "1 2")]
    [InlineData("a", """7""", "")]
    [InlineData("a", """[]""", "")]
    [InlineData("a", """{"a":1,"a":2}""", "2")]
    [InlineData("a.b", """{"a":{"b":1},"a":{"c":2}}""", "")]
    [InlineData("a.b", """{"a":[{"b":1,"b":2},{"b":3}]}""", "2 3")]
    [InlineData("a", """{"\u0061":"\u00e9\n\ud834\udd1e"}""", "'é\n𝄞'")]
    [InlineData("a\\.b", """{"a.b":1,"a":{"b":2}}""", "1")]
    [InlineData("a", """ { "x" : { "a" : 9 } , "a" : "y" } """, "'y'")]
    [InlineData("a", "{not json", "")]
    [InlineData("a", "", "")]
    public void Values_are_taken_from_documents(string path, string document, string expected) => Assert.Equal(expected, Read(path, document));

    [Fact]
    public void Halves_of_surrogate_pairs_are_told_apart()
    {
        Read("a", """{"a":["\ud800","\udc00","\ud800x","\ufffd"]}""");

        Assert.Equal(4, _values.Count);
    }

    [Fact]
    public void Reading_allocates_nothing_once_its_buffers_are_there()
    {
        var document = """{"id":17,"email":"ada@example.org","tags":["x","y","z"],"address":{"city":"T\u00fcbingen"}}"""u8.ToArray();
        JsonPath.TryParse("tags", out var tags);
        JsonPath.TryParse("address.city", out var city);
        Once();

        // A collection that others bring about counts what is left of this thread's piece of the heap, up to 8 KiB, as allocated: not each time.
        Assert.InRange(Enumerable.Range(0, 5).Min(_ => OfThousand()), 0, 1000);

        long OfThousand()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++) Once();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Once()
        {
            _values.Read(tags!, document);
            _values.Read(city!, document);
        }
    }

    private string Read(string path, string document)
    {
        Assert.Null(JsonPath.TryParse(path, out var parsed));
        _values.Read(parsed!, Encoding.UTF8.GetBytes(document));
        return string.Join(' ', Enumerable.Range(0, _values.Count).Select(Shown));
    }

    private string Shown(int position)
    {
        var value = _values[position];
        if (value[0] == IndexKey.String) return $"'{Encoding.UTF8.GetString(value[1..^2])}'";
        IndexValue[] all = [IndexValue.Null, IndexValue.Of(true), IndexValue.Of(false), .. Enumerable.Range(0, 10).Select(number => IndexValue.Of((long)number))];
        foreach (var known in all)
        {
            var writer = new ArrayBufferWriter<byte>();
            known.Write(writer);
            if (writer.WrittenSpan.SequenceEqual(value)) return known.Text;
        }
        return Convert.ToHexString(value);
    }
}
