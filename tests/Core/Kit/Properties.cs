using FsCheck;
using FsCheck.Fluent;
using Replication.Core.Payloads;

namespace Replication.Core.Tests.Kit;

/// <summary>Random values of which each run has the same ones, and what a decoder may do with changed bytes.</summary>
internal static class Properties
{
    private static readonly Config Repeatable = Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20_261_122UL, 7_919UL).WithQuietOnSuccess(true);

    /// <summary>Up to so many bytes, none included.</summary>
    public static Gen<byte[]> Bytes(int most) =>
        Gen.Choose(0, most).SelectMany(length => Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(length));

    /// <summary>Numbers of every size.</summary>
    public static Gen<ulong> Numbers { get; } =
        from bits in Gen.Choose(0, 63)
        from high in Gen.Choose(0, int.MaxValue)
        from low in Gen.Choose(0, int.MaxValue)
        select (((ulong)high << 33) ^ (ulong)low) >> bits;

    /// <summary>Numbers from 0 to 2^63 - 1 of every size.</summary>
    public static Gen<long> Indexes { get; } = Numbers.Select(number => (long)(number >> 1));

    /// <summary>Text for people, also none and outside ASCII.</summary>
    public static Gen<string> Names { get; } = Gen.Elements(string.Empty, "a", "node-1", "Größe", "日本語", new string('x', 200));

    /// <summary>Names of collections.</summary>
    public static Gen<string> Collections { get; } = Gen.Elements("a", "orders", "x_y-z", "0", new string('n', 64));

    public static void ForAll<T>(Gen<T> values, Action<T> check) => Check.One(Repeatable, Prop.ForAll(values.ToArbitrary(), check));

    /// <summary>Every beginning of the bytes and many changed copies are read or refused by <see cref="MalformedPayloadException"/>.</summary>
    public static void ReadsOrRefuses(byte[] bytes, Action<byte[]> read)
    {
        for (var length = 0; length < bytes.Length; length++) ReadOrRefuse(bytes[..length], read);
        var random = new Random(bytes.Length);
        for (var round = 0; round < 200 && bytes.Length > 0; round++)
        {
            byte[] changed = [.. bytes];
            for (var changes = random.Next(1, 4); changes > 0; changes--) changed[random.Next(changed.Length)] ^= (byte)random.Next(1, 256);
            ReadOrRefuse(changed, read);
        }
    }

    private static void ReadOrRefuse(byte[] bytes, Action<byte[]> read)
    {
        try
        {
            read(bytes);
        }
        catch (MalformedPayloadException)
        {
            // The one refusal there is.
        }
    }
}
