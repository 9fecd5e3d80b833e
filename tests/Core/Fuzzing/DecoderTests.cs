using Replication.Kit.Fuzzing;

namespace Replication.Core.Tests.Fuzzing;

/// <summary>Wrong bytes are refused with the errors that are documented, at a cost that their length explains; see docs/TESTING.md for longer runs.</summary>
public sealed class DecoderTests
{
    public static TheoryData<string> Decoders => [.. CoreDecoders.All.Keys];

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Wrong_bytes_are_read_or_refused(string decoder) => FuzzRun.FromEnvironment().Check(CoreDecoders.All[decoder]);

    [Fact]
    public void An_undocumented_error_is_found()
    {
        var decoder = new Decoder([[1, 2, 3, 4]], static bytes => bytes[3] == 4 ? null : throw new FormatException(), static failure => failure is IndexOutOfRangeException);

        Assert.Contains(nameof(FormatException), Assert.Throws<InvalidOperationException>(() => FuzzRun.FromEnvironment().Check(decoder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_allocation_that_a_length_field_decides_is_found()
    {
        var decoder = new Decoder([[0, 0, 0, 0]], static bytes => new byte[bytes.Length < 4 ? 0 : BitConverter.ToInt32(bytes) & 0xFFFFFF].Length >= 0 ? null : bytes, static _ => true);

        Assert.Contains("allocated", Assert.Throws<InvalidOperationException>(() => FuzzRun.FromEnvironment().Check(decoder)).Message, StringComparison.Ordinal);
    }
}
