using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Replication.Core.IO;

namespace Replication.Core.Records;

/// <summary>
/// <see cref="SipHash128"/> of up to four short messages at once. Every step of the hash waits for the one before it, so that a
/// message alone leaves most of the processor idle; here each has a lane of its own in the processor's vectors. For one thread; reused.
/// </summary>
internal sealed class SipHashLanes(ulong key0, ulong key1)
{
    /// <summary>Messages at once.</summary>
    public const int Count = 4;

    /// <summary>Bytes of a message at most.</summary>
    public const int MaxBytes = (LaneWords * sizeof(ulong)) - 1;

    private const int LaneWords = 256;

    private readonly ulong[] _words = new ulong[Count * LaneWords];
    private readonly long[] _lengths = new long[Count]; // in words, of which the last one tells the message's length

    /// <summary>Whether this processor gains by it.</summary>
    public static bool IsSupported => Vector256.IsHardwareAccelerated && BitConverter.IsLittleEndian;

    /// <summary>Messages that wait to be hashed.</summary>
    public int Waiting { get; private set; }

    /// <summary>Room for the next message, to be filled wholly. Not while <see cref="Count"/> wait.</summary>
    /// <param name="bytes">Its length, at most <see cref="MaxBytes"/>.</param>
    [MethodImpl(Jit.AtOnce)]
    public Span<byte> Next(int bytes)
    {
        var length = (bytes / sizeof(ulong)) + 1;
        var lane = _words.AsSpan(Waiting * LaneWords, length);
        lane[^1] = (ulong)(byte)bytes << 56;
        _lengths[Waiting++] = length;
        return MemoryMarshal.AsBytes(lane)[..bytes];
    }

    /// <summary>Hashes the messages that wait, one at least.</summary>
    /// <param name="hashes">Of each, in their order; <see cref="Count"/> of them.</param>
    [MethodImpl(Jit.AtOnce)]
    public void Hash(Span<UInt128> hashes)
    {
        for (var lane = Waiting; lane < Count; lane++) _lengths[lane] = 0;
        var (shortest, longest) = (long.MaxValue, 0L);
        foreach (var length in _lengths.AsSpan(0, Waiting)) (shortest, longest) = (Math.Min(shortest, length), Math.Max(longest, length));
        var state = new State(key0, key1);
        for (var at = 0; at < shortest; at++) state.Compress(WordsAt(at));
        if (longest > shortest)
        {
            var lengths = Vector256.LoadUnsafe(ref _lengths[0]);
            for (var at = (int)shortest; at < longest; at++)
            {
                var before = state;
                state.Compress(WordsAt(at));
                state.KeepWhere(Vector256.GreaterThan(lengths, Vector256.Create((long)at)).AsUInt64(), before);
            }
        }
        state.Finish(out var lower, out var upper);
        for (var lane = 0; lane < Waiting; lane++) hashes[lane] = new UInt128(upper[lane], lower[lane]);
        Waiting = 0;
    }

    // A lane without a message reads what a former one left there, and is not looked at.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<ulong> WordsAt(int at)
    {
        var words = _words.AsSpan(0, Count * LaneWords);
        return Vector256.Create(words[at], words[at + LaneWords], words[at + (2 * LaneWords)], words[at + (3 * LaneWords)]);
    }

    /// <summary>The four words of a hash's state, in all lanes; <see cref="SipHash128"/> says where it comes from.</summary>
    private struct State(ulong key0, ulong key1)
    {
        private Vector256<ulong> _v0 = Vector256.Create(key0 ^ 0x736f6d6570736575);
        private Vector256<ulong> _v1 = Vector256.Create(key1 ^ 0x646f72616e646f6d ^ 0xee);
        private Vector256<ulong> _v2 = Vector256.Create(key0 ^ 0x6c7967656e657261);
        private Vector256<ulong> _v3 = Vector256.Create(key1 ^ 0x7465646279746573);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Compress(Vector256<ulong> words)
        {
            _v3 ^= words;
            Round();
            Round();
            _v0 ^= words;
        }

        /// <summary>Takes this state back to another one in the lanes whose bits are not set.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void KeepWhere(Vector256<ulong> lanes, in State other)
        {
            _v0 = Vector256.ConditionalSelect(lanes, _v0, other._v0);
            _v1 = Vector256.ConditionalSelect(lanes, _v1, other._v1);
            _v2 = Vector256.ConditionalSelect(lanes, _v2, other._v2);
            _v3 = Vector256.ConditionalSelect(lanes, _v3, other._v3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Finish(out Vector256<ulong> lower, out Vector256<ulong> upper)
        {
            _v2 ^= Vector256.Create(0xeeUL);
            for (var i = 0; i < 4; i++) Round();
            lower = _v0 ^ _v1 ^ _v2 ^ _v3;
            _v1 ^= Vector256.Create(0xddUL);
            for (var i = 0; i < 4; i++) Round();
            upper = _v0 ^ _v1 ^ _v2 ^ _v3;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Round()
        {
            _v0 += _v1;
            _v2 += _v3;
            _v1 = RotateLeft(_v1, 13) ^ _v0;
            _v3 = RotateLeft(_v3, 16) ^ _v2;
            _v0 = RotateLeft(_v0, 32);
            _v2 += _v1;
            _v0 += _v3;
            _v1 = RotateLeft(_v1, 17) ^ _v2;
            _v3 = RotateLeft(_v3, 21) ^ _v0;
            _v2 = RotateLeft(_v2, 32);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<ulong> RotateLeft(Vector256<ulong> words, [ConstantExpected] byte bits) =>
            Avx512F.VL.IsSupported ? Avx512F.VL.RotateLeft(words, bits) : (words << bits) | (words >>> (64 - bits));
    }
}
