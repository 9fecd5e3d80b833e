using System.Text;
using Replication.Core.Records;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Transactions;

public sealed class RequestMemoryTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 2)]
    [InlineData(1024, 3)]
    [InlineData(3000, 4)]
    public void The_last_ones_are_remembered_found_and_in_the_digest_and_those_before_them_are_not(int capacity, int seed)
    {
        var random = new Random(seed);
        var memory = new RequestMemoryBuilder(RequestMemory.Empty);
        var digest = memory.Resize(StateDigest.Empty, capacity);
        var log = new List<(byte[] Id, long Index)>();
        var index = 0L;
        for (var step = 0; step < (3 * capacity) + 50; step++)
        {
            // An id may come again: a log from before requests were remembered can hold it twice.
            var id = log.Count > 0 && random.Next(20) == 0 ? log[random.Next(log.Count)].Id : RandomId(random);
            index += random.Next(1, 4);
            digest = memory.Remember(digest, id, index);
            log.Add((id, index));
            if (step % 37 == 0) AssertIs(memory, digest, log, capacity);
        }
        AssertIs(memory, digest, log, capacity);
    }

    [Fact]
    public void What_was_handed_out_stays_as_it_was_whatever_two_others_make_of_it()
    {
        var first = new RequestMemoryBuilder(RequestMemory.Empty);
        var digest = first.Resize(StateDigest.Empty, 1500);
        for (var index = 1; index <= 1030; index++) digest = first.Remember(digest, Id(index), index);
        var handedOut = first.Freeze();
        var second = new RequestMemoryBuilder(handedOut);
        var (left, right) = (digest, digest);
        for (var index = 1031; index <= 3000; index++)
        {
            left = first.Remember(left, Id(index), index);
            right = second.Remember(right, Id(-index), index);
        }

        Assert.Equal((1030, 0L, digest), (handedOut.Count, handedOut.ForgottenThrough, handedOut.AddTo(StateDigest.Empty)));
        Assert.Equal((left, 1500L), (first.Freeze().AddTo(StateDigest.Empty), first.Freeze().ForgottenThrough));
        Assert.Equal(right, second.Freeze().AddTo(StateDigest.Empty));
        Assert.Equal((2000L, 0L, 2000L), (first.Find(Id(2000)), first.Find(Id(-2000)), second.Find(Id(-2000))));
    }

    [Fact]
    public void A_smaller_memory_forgets_the_oldest_and_a_larger_one_nothing()
    {
        var memory = new RequestMemoryBuilder(RequestMemory.Empty);
        var digest = memory.Resize(StateDigest.Empty, 10);
        for (var index = 1; index <= 10; index++) digest = memory.Remember(digest, Id(index), index);
        Assert.Equal(3, memory.Find(Id(3)));

        digest = memory.Resize(digest, 4);
        Assert.Equal((0L, 7L, 6L), (memory.Find(Id(6)), memory.Find(Id(7)), memory.ForgottenThrough));
        digest = memory.Resize(digest, 100);
        for (var index = 11; index <= 50; index++) digest = memory.Remember(digest, Id(index), index);

        Assert.Equal((7L, 6L, 44), (memory.Find(Id(7)), memory.ForgottenThrough, memory.Freeze().Count));
        Assert.Equal(digest, memory.Freeze().AddTo(StateDigest.Empty));
        digest = memory.Resize(digest, 0);
        Assert.Equal((StateDigest.Empty, 50L, 0L), (digest, memory.ForgottenThrough, memory.Find(Id(50))));
    }

    [Fact]
    public void A_log_that_wants_none_remembered_has_everything_forgotten_and_the_digest_it_always_had()
    {
        var memory = new RequestMemoryBuilder(RequestMemory.Empty);

        var digest = memory.Remember(StateDigest.Empty, Id(1), 8);

        Assert.Equal((StateDigest.Empty, 8L, 0, 0L), (digest, memory.ForgottenThrough, memory.Freeze().Count, memory.Find(Id(1))));
    }

    [Fact]
    public void Without_ids_freezing_makes_nothing_and_with_them_only_a_page_in_a_thousand_does()
    {
        var memory = new RequestMemoryBuilder(RequestMemory.Empty);
        var digest = memory.Resize(StateDigest.Empty, 100);
        var id = Id(1).ToArray();
        digest = memory.Remember(digest, id, 1);
        memory.Find(id);
        Assert.Same(memory.Freeze(), memory.Freeze());

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var index = 2; index <= 1000; index++) digest = memory.Remember(digest, id, index);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(digest, memory.Freeze().AddTo(StateDigest.Empty));
    }

    [Fact]
    public void Every_part_of_a_request_is_in_the_digest()
    {
        StateDigest[] digests =
        [
            StateDigest.Empty.WithRequest("a"u8, 1), StateDigest.Empty.WithRequest("a"u8, 2), StateDigest.Empty.WithRequest("b"u8, 1), StateDigest.Empty.WithRequest("a\0"u8, 1),
            StateDigest.Empty.WithCollection("a", CollectionKind.Json), StateDigest.Empty,
        ];

        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.Equal(StateDigest.Empty, digests[0].WithoutRequest("a"u8, 1));
    }

    // The bytes it covers are part of the format: 04, length, id, index.
    [Fact]
    public void The_hash_of_a_request_never_changes()
    {
        var hash = new SipHash128(0x7461_6369_6c70_6572, 0x316d_7573_2d6e_6f69);
        hash.Append([4, 3, (byte)'r', (byte)'-', (byte)'1', 0x39, 0x30, 0, 0, 0, 0, 0, 0]);

        Assert.Equal(hash.Finish(), StateDigest.Empty.WithRequest("r-1"u8, 12_345).Sum);
    }

    private static void AssertIs(RequestMemoryBuilder memory, StateDigest digest, List<(byte[] Id, long Index)> log, int capacity)
    {
        var expected = log.TakeLast(capacity).ToArray();
        var frozen = memory.Freeze();
        Assert.Equal(expected.Select(Line), Enumerable.Range(0, frozen.Count).Select(number => Line((frozen.IdOf(number).ToArray(), frozen.IndexOf(number)))));
        Assert.Equal(log.Count > capacity ? log[^(capacity + 1)].Index : 0, frozen.ForgottenThrough);
        Assert.Equal(digest, frozen.AddTo(StateDigest.Empty));
        foreach (var (id, _) in log.TakeLast(capacity + 20))
            Assert.Equal(expected.LastOrDefault(known => known.Id.AsSpan().SequenceEqual(id)).Index, memory.Find(id));
    }

    private static string Line((byte[] Id, long Index) request) => $"{Convert.ToHexString(request.Id)} @ {request.Index}";

    private static byte[] RandomId(Random random)
    {
        var id = new byte[random.Next(4) == 0 ? random.Next(1, 65) : 16];
        random.NextBytes(id);
        return id;
    }

    private static ReadOnlySpan<byte> Id(long number) => Encoding.ASCII.GetBytes($"request-{number}");
}
