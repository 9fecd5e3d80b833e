using System.Text;
using Replication.Client;
using Replication.Core.Database;

namespace Replication.Node.Tests.Fixture;

/// <summary>Writers that remember what was acknowledged, and damage done to data directories.</summary>
internal static class Load
{
    /// <summary>Writes until told to stop; returns the last acknowledged value of each key.</summary>
    public static async Task<Dictionary<string, byte[]>> RunAsync(ReplicationClient client, int writers, CancellationToken stop)
    {
        var results = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => WriteAsync(client, writer, stop)));
        return results.SelectMany(result => result).ToDictionary(StringComparer.Ordinal);
    }

    public static byte[] Json(string text) => Encoding.UTF8.GetBytes($"{{\"text\":\"{text}\"}}");

    public static byte[] RandomBytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static void CopyDirectory(string from, string to)
    {
        foreach (var directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories)) Directory.CreateDirectory(directory.Replace(from, to, StringComparison.Ordinal));
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories)) File.Copy(file, file.Replace(from, to, StringComparison.Ordinal));
    }

    /// <summary>Makes the node of a directory another one.</summary>
    public static void GiveNewIdentity(string directory)
    {
        var path = new DataLayout(directory).Identity;
        var identity = NodeIdentity.FromBytes(File.ReadAllBytes(path), path);
        File.WriteAllBytes(path, (identity with { NodeId = identity.NodeId + 1 }).ToBytes());
    }

    private static async Task<Dictionary<string, byte[]>> WriteAsync(ReplicationClient client, int writer, CancellationToken stop)
    {
        var acknowledged = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var (key, value) = ($"w{writer}-{i % 500}", Json($"{i}"));
            await client.PutAsync("load", key, value, cancellation: CancellationToken.None);
            acknowledged[key] = value;
        }
        return acknowledged;
    }
}
