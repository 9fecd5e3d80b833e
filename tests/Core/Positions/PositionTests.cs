using Replication.Core.Positions;

namespace Replication.Core.Tests.Positions;

public sealed class PositionTests
{
    [Theory]
    [InlineData("0/0", 0u, 0L)]
    [InlineData("3/1042", 3u, 1042L)]
    [InlineData("4294967295/9223372036854775807", uint.MaxValue, long.MaxValue)]
    public void A_position_is_written_and_read_in_one_form(string text, uint epoch, long index)
    {
        var position = new LogPosition(new Epoch(epoch), index);

        Assert.Equal(text, position.ToString());
        Assert.Equal(position, LogPosition.Parse(text, null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("3/")]
    [InlineData("/1")]
    [InlineData("-1/1")]
    [InlineData("1/-1")]
    [InlineData(" 1/1")]
    [InlineData("1/1 ")]
    [InlineData("+1/1")]
    [InlineData("1/1/1")]
    [InlineData("4294967296/1")]
    [InlineData("1/9223372036854775808")]
    [InlineData("1,000/1")]
    public void Any_other_text_is_none(string text)
    {
        Assert.False(LogPosition.TryParse(text, null, out _));
        Assert.Contains("3/1042", Assert.Throws<FormatException>(() => LogPosition.Parse(text, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Positions_order_by_epoch_then_by_index()
    {
        LogPosition[] ascending = [LogPosition.Start, At(0, 5), At(1, 1), At(1, 2), At(2, 1), At(uint.MaxValue, 0)];

        for (var i = 0; i < ascending.Length; i++)
        {
            for (var j = 0; j < ascending.Length; j++)
            {
                var (left, right, order) = (ascending[i], ascending[j], i.CompareTo(j));
                Assert.Equal(order, left.CompareTo(right));
                Assert.Equal(
                    new[] { order < 0, order > 0, order <= 0, order >= 0 },
                    new[] { left < right, left > right, left <= right, left >= right });
            }
        }
    }

    [Fact]
    public void The_last_epoch_has_no_next() => Assert.Throws<OverflowException>(() => new Epoch(uint.MaxValue).Next());

    [Fact]
    public void An_epoch_table_knows_the_reign_of_every_index()
    {
        var table = Table((1, 1), (4, 10), (5, 11));

        Assert.Equal([0, 1, 1, 4, 5, 5], new[] { 0L, 1, 9, 10, 11, 1_000 }.Select(index => (int)table.EpochAt(index).Number));
        Assert.Equal("4/10", table.PositionOf(10).ToString());
        Assert.Equal([1, 4], table.UpTo(10).Rows.Select(row => (int)row.Epoch.Number));
        Assert.Equal(default, EpochTable.Empty.Last);
    }

    [Theory]
    [InlineData(5, 12, 1)]
    [InlineData(6, 11, 1)]
    [InlineData(6, 12, 0)]
    [InlineData(4, 12, 1)]
    public void A_row_that_does_not_ascend_is_refused(uint epoch, long first, ulong reign) =>
        Assert.Throws<ArgumentException>(() => Table((1, 1), (5, 11)).With(new EpochRow(new Epoch(epoch), reign, first, 0)));

    [Fact]
    public void The_fork_is_the_smaller_end_of_the_last_row_that_both_have()
    {
        var old = Table((1, 1), (2, 100));
        var promoted = Table((1, 1), (2, 100), (3, 150));
        var rival = Table((1, 1), (2, 100), (4, 130));
        var stranger = EpochTable.FromRows([new EpochRow(new Epoch(1), 99, 1, 0)]);

        Assert.Equal("2/149", old.ForkFrom(promoted, last: 170, otherLast: 200).ToString());
        Assert.Equal("2/120", old.ForkFrom(promoted, last: 120, otherLast: 200).ToString());
        Assert.Equal("2/149", promoted.ForkFrom(old, last: 200, otherLast: 170).ToString());
        Assert.Equal("2/129", promoted.ForkFrom(rival, last: 200, otherLast: 200).ToString());
        Assert.Equal("2/160", old.ForkFrom(old, last: 170, otherLast: 160).ToString());
        Assert.Equal(LogPosition.Start, old.ForkFrom(stranger, 170, 170));
        Assert.Equal(LogPosition.Start, old.ForkFrom(EpochTable.Empty, 170, 0));
    }

    [Fact]
    public void A_history_id_is_sixteen_bytes_and_32_digits()
    {
        var id = new HistoryId(new UInt128(0x0102030405060708, 0x090A0B0C0D0E0F10));

        Assert.Equal("0102030405060708090a0b0c0d0e0f10", id.ToString());
        Assert.Equal("100f0e0d0c0b0a090807060504030201", Convert.ToHexStringLower(id.ToArray()));
        Assert.Equal(id, HistoryId.Read(id.ToArray()));
    }

    private static LogPosition At(uint epoch, long index) => new(new Epoch(epoch), index);

    private static EpochTable Table(params (uint Epoch, long First)[] rows) =>
        EpochTable.FromRows(rows.Select(row => new EpochRow(new Epoch(row.Epoch), row.Epoch + 100UL, row.First, (uint)row.First)));
}
