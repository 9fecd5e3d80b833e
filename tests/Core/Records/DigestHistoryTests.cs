using Replication.Core.Records;

namespace Replication.Core.Tests.Records;

public sealed class DigestHistoryTests
{
    [Fact]
    public void The_last_entries_are_remembered_and_older_ones_are_not()
    {
        var history = new DigestHistory(capacity: 4);
        for (var index = 1; index <= 10; index++) history.Record(index, new StateDigest((UInt128)(100 + index)), index);

        Assert.All(Enumerable.Range(7, 4), index => Assert.Equal(new StateDigestEntry(new StateDigest((UInt128)(100 + index)), index), history.Find(index)));
        Assert.All(new long[] { 1, 6, 11, 14, long.MaxValue }, index => Assert.Null(history.Find(index)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue + 1)]
    public void What_is_no_index_is_not_found(long index) => Assert.Null(new DigestHistory(capacity: 4).Find(index));
}
