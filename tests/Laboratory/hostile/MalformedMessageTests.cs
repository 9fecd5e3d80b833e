using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Replication.Hostile.Tests.Watch;
using Replication.Hostile.Tests.Wire;
using Xunit.Abstractions;

namespace Replication.Hostile.Tests;

/// <summary>Messages that are too large, or none: a typed answer or the end of the stream, no crash, memory flat, all others served.</summary>
public sealed class MalformedMessageTests(ITestOutputHelper output) : HostileFixture(output)
{
    private const string Commit = "/replication.v1.Store/Commit";
    private const int MiB = 1024 * 1024;
    private const int InflatedMiB = 1024;
    private const int MostGrowthMiB = 200;

    private static readonly string[] Paths =
    [
        Commit, "/replication.v1.Store/CommitStream", "/replication.v1.Store/Get", "/replication.v1.Store/BatchGet", "/replication.v1.Store/Scan", "/replication.v1.Store/Query",
        "/replication.v1.Store/ListCollections", "/replication.v1.Store/ListIndexes", "/replication.v1.Feed/Follow", "/replication.v1.Feed/FetchSnapshot", "/replication.v1.Feed/OfferSnapshot",
        "/replication.v1.Feed/Locate", "/replication.v1.Cluster/Digest", "/replication.v1.Cluster/BeginScrub", "/replication.v1.Cluster/RangeDigests", "/replication.v1.Cluster/RangeRecords",
        "/grpc.health.v1.Health/Check", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/replication.v1.Store/NoSuchMethod", "/no.such.Service/Method",
    ];

    [Fact]
    public async Task A85_malformed_messages_are_answered_with_a_status()
    {
        using var call = new ForeignCall(Primary.Address);
        await using var bystander = Bystander.Of(Primary);

        foreach (var path in Paths)
        {
            foreach (var (what, body) in Malformed())
            {
                var answer = await call.SendAsync(path, body);
                Assert.True(answer.Status is not (null or StatusCode.Unknown), $"{path}, {what}: {answer}");
                Assert.NotEmpty(answer.Says);
            }
        }

        await AssertUnharmedAsync(bystander, MostGrowthMiB);
        AssertQuiet();
    }

    [Fact]
    public async Task A85_a_compressed_bomb_is_not_inflated()
    {
        using var call = new ForeignCall(Primary.Address);
        await using var bystander = Bystander.Of(Primary);
        var bomb = Bomb();

        foreach (var encoding in (string[])["gzip", "deflate", "br", "identity, gzip", "nonsense"])
        {
            var answer = await call.SendAsync(Commit, RawHttp2.Message(bomb, compressed: 1), ("grpc-encoding", encoding));
            Output.WriteLine($"{encoding}: {answer}");
            Assert.True(answer.Status is StatusCode.Unimplemented or StatusCode.Internal, answer.ToString());
        }
        var unannounced = await call.SendAsync(Commit, RawHttp2.Message(bomb, compressed: 1));
        Assert.True(unannounced.Status is StatusCode.Unimplemented or StatusCode.Internal, unannounced.ToString());
        var asContent = await call.SendAsync(Commit, RawHttp2.Message(bomb), ("content-encoding", "gzip"));
        Assert.True(asContent.Status is not (null or StatusCode.OK or StatusCode.Unknown), asContent.ToString());

        await AssertUnharmedAsync(bystander, MostGrowthMiB);
        AssertQuiet();
    }

    private static IEnumerable<(string What, byte[] Body)> Malformed()
    {
        yield return ("garbage", RawHttp2.Message(Garbage(4096)));
        yield return ("an envelope that is garbage", Garbage(4096));
        yield return ("a length that is negative as an integer", RawHttp2.Message(Garbage(16), claimed: uint.MaxValue));
        yield return ("a length beyond the limit", RawHttp2.Message(Garbage(16), claimed: 1u << 30));
        yield return ("a message that ends early", RawHttp2.Message(Garbage(16), claimed: 1000));
        yield return ("an envelope that ends early", [0, 0, 0]);
        yield return ("a field whose length is 2 GiB", RawHttp2.Message([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]));
        yield return ("a varint that does not end", RawHttp2.Message([.. Enumerable.Repeat((byte)0xFF, 64)]));
        yield return ("nesting without end", RawHttp2.Message(Nested(10_000)));
        yield return ("groups without end", RawHttp2.Message([.. Enumerable.Repeat((byte)0x0B, 100_000)]));
        yield return ("text that is no UTF-8", RawHttp2.Message([0x0A, 0x04, 0xC3, 0x28, 0xFF, 0xFE, 0x12, 0x02, 0xC3, 0x28, 0xFF]));
        yield return ("field number zero", RawHttp2.Message([0x00, 0x01]));
    }

    private static byte[] Nested(int depth)
    {
        var bytes = Array.Empty<byte>();
        for (var i = 0; i < depth; i++)
        {
            var inner = new MemoryStream();
            using var coded = new CodedOutputStream(inner, leaveOpen: true);
            coded.WriteTag(1, WireFormat.WireType.LengthDelimited);
            coded.WriteLength(bytes.Length);
            coded.Flush();
            bytes = [.. inner.ToArray(), .. bytes];
        }
        return bytes;
    }

    private static byte[] Garbage(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        bytes[0] = 0xFF;
        return bytes;
    }

    // A valid commit of one gigabyte in a megabyte.
    private static byte[] Bomb()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[MiB];
            for (var i = 0; i < InflatedMiB; i++) gzip.Write(zeros);
        }
        return bomb.ToArray();
    }
}
