using System.Net.Sockets;
using System.Text;
using Replication.Hostile.Tests.Watch;
using Replication.Hostile.Tests.Wire;
using Xunit.Abstractions;

namespace Replication.Hostile.Tests;

/// <summary>Bytes on either port that are no protocol, or one stretched as far as it goes.</summary>
public sealed class GarbageTests(ITestOutputHelper output) : HostileFixture(output)
{
    private const int Kibibyte = 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A85_garbage_on_either_port_ends_its_connection_and_nothing_else()
    {
        const int connections = 5;
        await using var bystander = Bystander.Of(Primary);
        foreach (var (kind, bytes) in Garbage())
        {
            var said = await Task.WhenAll(Enumerable.Range(0, connections).SelectMany(_ => (Task<string>[])[SayAsync(Primary.Address, bytes), SayAsync(Primary.Http, bytes)]));
            Output.WriteLine($"{kind}: {string.Join("; ", said.Distinct())}");
        }
        await AssertUnharmedAsync(bystander, mostGrowthMiB: 100);
        AssertQuiet();
        await AssertReleasedAsync();
    }

    private static Dictionary<string, byte[]> Garbage()
    {
        var random = new byte[64 * Kibibyte];
        new Random(1).NextBytes(random);
        return new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["random bytes"] = random,
            ["zeros"] = new byte[64 * Kibibyte],
            ["a preface and random bytes"] = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. random],
            ["a frame of the largest length"] = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0xFF, 0xFF, 0xFF, 4, 0, 0, 0, 0, 0, .. random],
            ["a greeting of TLS"] = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3, .. random.AsSpan(0, 500)],
            ["a request line without end"] = Encoding.ASCII.GetBytes("GET /" + new string('a', 64 * Kibibyte)),
            ["a header without end"] = Encoding.ASCII.GetBytes("GET /v1/status HTTP/1.1\r\nHost: localhost\r\nX: " + new string('a', 64 * Kibibyte)),
            ["ten thousand headers"] = Encoding.ASCII.GetBytes("GET /v1/status HTTP/1.1\r\nHost: localhost\r\n" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"X{i}: 1\r\n")) + "\r\n"),
            ["a body of gigabytes"] = [.. Encoding.ASCII.GetBytes("GET /v1/status HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: 9999999999\r\n\r\n"), .. random],
            ["chunks that are none"] = [.. Encoding.ASCII.GetBytes("GET /v1/status HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n"), .. random],
            ["a path that climbs"] = "GET /../../../etc/passwd?%00%ff%zz[]{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(),
            ["two lengths"] = "GET /v1/status HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 5\r\nConnection: close\r\n\r\nabcde"u8.ToArray(),
        };
    }

    // The first line of the answer; the node may close at any byte.
    private static async Task<string> SayAsync(Uri address, byte[] bytes)
    {
        using var connection = await RawHttp2.DialAsync(address);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await connection.Stream.WriteAsync(bytes, patience.Token);
            var answer = new byte[Kibibyte];
            var read = await connection.Stream.ReadAsync(answer, patience.Token);
            return read == 0 ? "closed" : Encoding.Latin1.GetString(answer, 0, read).Split('\r')[0];
        }
        catch (Exception closed) when (closed is IOException or SocketException)
        {
            return "reset";
        }
        catch (OperationCanceledException)
        {
            return "neither answered nor closed yet";
        }
    }
}
