using Replication.Core.Bootstrapping;
using Replication.Core.Following;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Snapshots;

namespace Replication.Core.Tests.Bootstrapping;

public sealed class ChunkTests
{
    private static readonly SnapshotManifest Manifest = new(
        new HistoryId(7), LogTail.Start, EpochTable.Empty, Configuration.None, StateDigest.Empty, 3,
        [new SnapshotChunk(16, 4, [], 1), new SnapshotChunk(20, 5, [], 1), new SnapshotChunk(25, 6, [], 1)]);

    [Fact]
    public void Pieces_become_the_chunks_that_were_asked_for()
    {
        var chunks = new ChunkAssembly(Manifest, [0, 2]);

        Assert.False(chunks.Take(0, 0, "ab"u8, out _));
        Assert.True(chunks.Take(0, 2, "cd"u8, out var first));
        Assert.Equal((0, "abcd"u8.ToArray()), (first.Number, first.Bytes.ToArray()), PairComparer);
        Assert.False(chunks.IsDone);
        Assert.True(chunks.Take(2, 0, "efghij"u8, out var second));

        Assert.Equal((2, "efghij"u8.ToArray()), (second.Number, second.Bytes.ToArray()), PairComparer);
        Assert.True(chunks.IsDone);
    }

    [Theory]
    [InlineData(2, 0, "ab")]
    [InlineData(0, 1, "ab")]
    [InlineData(0, 0, "")]
    [InlineData(0, 0, "abcde")]
    [InlineData(4_000_000_000, 0, "ab")]
    public void A_piece_that_does_not_come_next_is_refused(long number, long offset, string data)
    {
        var chunks = new ChunkAssembly(Manifest, [0, 2]);

        Assert.Throws<StreamDamagedException>(() => chunks.Take(number, offset, System.Text.Encoding.ASCII.GetBytes(data), out _));
    }

    [Fact]
    public void A_piece_behind_the_last_one_is_refused()
    {
        var chunks = new ChunkAssembly(Manifest, [0]);
        Assert.True(chunks.Take(0, 0, "abcd"u8, out _));

        Assert.Throws<StreamDamagedException>(() => chunks.Take(0, 0, "ab"u8, out _));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(8, 2)]
    [InlineData(1001, 2)]
    public void Shares_are_all_of_it_once_in_order_and_about_equal(int missing, int shares)
    {
        var numbers = Enumerable.Range(10, missing).ToList();

        var divided = ChunkShares.Of(numbers);

        Assert.Equal(shares, divided.Count);
        Assert.Equal(numbers, divided.SelectMany(share => share));
        Assert.InRange(divided.Max(share => share.Count) - divided.Min(share => share.Count), 0, 1);
    }

    private static EqualityComparer<(int Number, byte[] Bytes)> PairComparer { get; } =
        EqualityComparer<(int Number, byte[] Bytes)>.Create((a, b) => a.Number == b.Number && a.Bytes.AsSpan().SequenceEqual(b.Bytes), pair => pair.Number);
}
