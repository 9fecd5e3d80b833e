using System.Collections;
using System.Runtime.InteropServices;
using System.Text;
using Replication.Core.Records;
using Replication.Core.Scrubbing;
using Replication.Core.Tests.Kit;
using static Replication.Core.Tests.Kit.TestPrimary;

namespace Replication.Core.Tests.Scrubbing;

public sealed class RangeDigestsTests
{
    private readonly TestPrimary _primary = new();

    public RangeDigestsTests()
    {
        for (var i = 0; i < 500; i++) _primary.Accept(Put("docs", $"k{i}", $"{i}"), Put("other", $"k{i % 50}", $"{i}"));
        _primary.Publish();
    }

    private DatabaseState State => _primary.Published;

    private ReadView View => ReadView.Open(State);

    [Fact]
    public void Leaves_sum_up_to_ranges_and_ranges_to_the_states_own_digest()
    {
        var digests = RangeDigests.Of(View, CancellationToken.None);

        Assert.Equal(State.Digest, digests.Total);
        Assert.Equal(State.Digest.Sum, Sum(Enumerable.Range(0, NameRange.Ranges).Select(digests.Range)));
        for (var range = 0; range < NameRange.Ranges; range++)
            Assert.Equal(digests.Range(range).Sum, Sum(Enumerable.Range(range * NameRange.LeavesOfRange, NameRange.LeavesOfRange).Select(digests.Leaf)));
    }

    [Fact]
    public void Remembered_requests_are_in_the_leaf_of_an_empty_name()
    {
        var primary = new TestPrimary(requestsRemembered: 10);
        for (var i = 0; i < 20; i++) primary.Decide(new Core.Transactions.Transaction([Put("docs", "k", $"{i}")], Utf8($"request-{i}")));
        primary.Publish();

        using var view = ReadView.Open(primary.Published);
        var digests = RangeDigests.Of(view, CancellationToken.None);

        Assert.Equal(primary.Published.Digest, digests.Total);
        Assert.Equal(primary.Published.Requests.AddTo(StateDigest.Empty), digests.Leaf(NameRange.LeafOf([], [])));
    }

    [Fact]
    public void A_bit_that_changed_in_memory_changes_its_leaf_only_although_the_running_digest_does_not_know()
    {
        var before = RangeDigests.Of(View, CancellationToken.None);
        var digest = State.Digest;
        var leaf = NameRange.LeafOf("docs"u8, "k7"u8);

        var bytes = View.Find("docs", "k7"u8).Value;
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(bytes), bytes.Length)[0] ^= 1;

        var after = RangeDigests.Of(View, CancellationToken.None);
        Assert.Equal([leaf], Enumerable.Range(0, NameRange.Leaves).Where(number => before.Leaf(number) != after.Leaf(number)));
        Assert.Equal((digest, true), (State.Digest, after.Total != digest));
    }

    [Fact]
    public void The_records_of_all_leaves_together_are_the_state_and_each_stands_in_its_own()
    {
        var all = new LeafRecords(View, new BitArray(NameRange.Leaves, true)).All(CancellationToken.None).ToArray();
        Assert.Equal(State.Digest.Sum, Sum(all.Select(record => record.Hash)));
        Assert.Equal(State.Records + State.Collections.Count, all.Length);

        var leaves = new BitArray(NameRange.Leaves) { [NameRange.LeafOf("docs"u8, "k7"u8)] = true, [NameRange.LeafOf("other"u8, [])] = true };
        var some = new LeafRecords(View, leaves).All(CancellationToken.None).Select(record => $"{record.Collection}/{Encoding.UTF8.GetString(record.Key.Span)}").ToArray();
        Assert.Contains("docs/k7", some);
        Assert.Contains("other/", some);
        Assert.InRange(some.Length, 2, 10);
    }

    // Part of the protocol: nodes of two versions have to agree.
    [Fact]
    public void The_leaf_of_a_name_never_changes() =>
        Assert.Equal(GoldenLeaves, new[] { NameRange.LeafOf("docs"u8, "k7"u8), NameRange.LeafOf("docs"u8, []), NameRange.LeafOf("doc"u8, "sk7"u8), NameRange.LeafOf("other"u8, "k7"u8) });

    private static readonly int[] GoldenLeaves = [38_839, 58_574, 34_687, 52_545];

    private static UInt128 Sum(IEnumerable<StateDigest> digests) => digests.Aggregate(UInt128.Zero, (sum, digest) => unchecked(sum + digest.Sum));
}
