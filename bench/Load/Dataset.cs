using System.Globalization;
using System.Text;

namespace Replication.Bench.Load;

/// <summary>Keys of 16 bytes and values of 100 random bytes, the same for every side.</summary>
internal static class Dataset
{
    public const string Collection = "bench";
    public const int KeyBytes = 16;
    public const int ValueBytes = 100;

    private const long ScatterPrime = 2_654_435_761; // above any number of records: so many numbers in a row, modulo it, are all of them

    private const int PoolBytes = 1024 * 1024;

    private static readonly byte[] Pool = RandomBytes();

    /// <summary>As redis-benchmark -r writes them.</summary>
    public static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"key:{number:D12}");

    public static byte[] KeyUtf8(int number)
    {
        var key = new byte[KeyBytes];
        WriteKey(number, key);
        return key;
    }

    public static void WriteKey(int number, Span<byte> destination)
    {
        "key:"u8.CopyTo(destination);
        for (var i = KeyBytes - 1; i >= 4; i--, number /= 10) destination[i] = (byte)('0' + number % 10);
    }

    public static ReadOnlyMemory<byte> Value(Random random) => Value(random, ValueBytes);

    public static ReadOnlyMemory<byte> Value(Random random, int bytes) => Pool.AsMemory(random.Next(PoolBytes - bytes), bytes);

    /// <summary>Numbers in a row become numbers that are far from each other; modulo a number of records still each once.</summary>
    public static long Scatter(int number) => number * ScatterPrime;

    /// <summary>The SET commands of some records, as Redis reads them.</summary>
    public static byte[] RedisSets(int first, int count, Random random)
    {
        var head = Encoding.ASCII.GetBytes($"*3\r\n$3\r\nSET\r\n${KeyBytes}\r\n");
        var middle = Encoding.ASCII.GetBytes($"\r\n${ValueBytes}\r\n");
        using var commands = new MemoryStream(count * (head.Length + KeyBytes + middle.Length + ValueBytes + 2));
        for (var number = first; number < first + count; number++)
        {
            commands.Write(head);
            commands.Write(KeyUtf8(number));
            commands.Write(middle);
            commands.Write(Value(random).Span);
            commands.Write("\r\n"u8);
        }
        return commands.ToArray();
    }

    private static byte[] RandomBytes()
    {
        var bytes = new byte[PoolBytes];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
