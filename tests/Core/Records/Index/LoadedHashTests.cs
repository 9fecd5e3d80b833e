using System.Globalization;
using System.Text;
using Replication.Core.Records;
using Replication.Core.Records.Memory;

namespace Replication.Core.Tests.Records.Index;

/// <summary>The hash that is made of all records behind loading: it finds nearly all of them, and goes on as any other.</summary>
public sealed class LoadedHashTests
{
    [Theory]
    [InlineData(4_095, false)]
    [InlineData(4_096, true)]
    [InlineData(50_000, true)]
    public void Records_that_were_loaded_are_found_by_their_hash_and_so_is_what_comes_later(int count, bool isHashed)
    {
        var records = new OrderedIndexBuilder(new RecordMemory(), default);
        records.BeginLoad();
        for (var i = 0; i < count; i++)
        {
            Assert.True(records.TryAppend(Key(i), "loaded"u8, index: 1));
            if (i % 1_000 == 0) records.BeginVersion(); // as behind each section
        }
        Assert.Null(records.Hash);

        records.EndLoad();

        Assert.Equal(isHashed, records.Hash is not null);
        if (records.Hash is not { } hash) return;
        Assert.Null(hash.FilledTo);
        AssertFound(records, 0, count, "loaded");

        for (var i = count; i < 2 * count; i++) records.Put(Key(i), "put"u8, index: 2, out _);
        Assert.True(records.Remove(Key(0)).Exists);
        Assert.False(hash.Find(Key(0), long.MaxValue).Exists);
        AssertFound(records, count, 2 * count, "put");
    }

    // One in a hundred may be left to the tree: its places were full, and their segment was not full enough to be split.
    private static void AssertFound(OrderedIndexBuilder records, int from, int to, string value)
    {
        var left = 0;
        for (var i = from; i < to; i++)
        {
            var found = records.Hash!.Find(Key(i), long.MaxValue);
            if (!found.Exists)
            {
                left++;
                found = records.Find(Key(i));
            }
            Assert.Equal(value, Encoding.UTF8.GetString(found.Value));
        }
        Assert.InRange(left, 0, (to - from) / 100);
    }

    private static byte[] Key(int number) => Encoding.UTF8.GetBytes(number.ToString("D8", CultureInfo.InvariantCulture));
}
